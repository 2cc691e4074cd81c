import { UNREGISTERED, type Subject } from '@app/accounts';
import { openOfSubject, type AttemptPurpose } from '@app/attempts';
import { type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';

/** What a mailed code of 16 digits is good for. */
export type RecoveryCodePurpose = 'recovery' | 'registration' | 'login';

/** The purpose of its attempt: a login code is the second factor of whoever shows a key next. */
export const ATTEMPTS = {
  recovery: 'recovery',
  registration: 'registration',
  login: 'second_factor',
} as const satisfies Record<RecoveryCodePurpose, AttemptPurpose>;

/** Condition on table `accounts`: who gets a code. */
export const TO_WHOM: Record<RecoveryCodePurpose, Sql> = {
  recovery: sql`true`,
  registration: UNREGISTERED,
  login: sql`true`,
};

/** Condition on attempt `a`: the open code of this person, which anybody may have asked for. */
export function recoveryCodeOf({ protocol }: RequestContext, subject: Part<Subject>): Sql {
  return sql`${openOfSubject(subject)} AND a.protocol = ${protocol} AND a.kind = 'code' AND a.factor = 'first'`;
}
