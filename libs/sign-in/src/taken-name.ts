import { takenName } from '@app/accounts';
import { AuthError } from '@app/kernel';

/**
 * For a statement that gives an account its names: another account has one of them. Nothing of the statement has happened.
 *
 * @throws AuthError `email_taken`, `username_taken`, `phone_taken`, or whatever else the error was
 */
export function refuseTakenName(error: unknown): never {
  const name = takenName(error);
  throw name ? new AuthError(`${name}_taken`) : error;
}
