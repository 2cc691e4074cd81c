import { violatedConstraint } from '@app/database';

/** Which name of an account a statement failed at, because another account has it. */
export function takenName(error: unknown): 'email' | 'username' | 'phone' | undefined {
  const name = /^accounts_(email|username|phone)_key$/.exec(violatedConstraint(error) ?? '')?.[1];
  return name as 'email' | 'username' | 'phone' | undefined;
}
