import { isLinkedElsewhere } from '@app/accounts';
import { AuthError } from '@app/kernel';
import { refuseTakenName } from '@app/sign-in';

/**
 * Another account has proven the number meanwhile, or the identity was linked to another account: nothing of the statement has
 * happened, and no code is burnt.
 */
export function refuseOvertaken(error: unknown): never {
  if (isLinkedElsewhere(error)) throw new AuthError('credentials_wrong');
  return refuseTakenName(error);
}
