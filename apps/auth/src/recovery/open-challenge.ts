import { keyHolderOf, redeemedAccount, type HeldAccount, type KeyHolder } from '@app/accounts';
import type { AttemptsRepository, RedeemOutcome } from '@app/attempts';
import { audit, type AuditEvent, type Recorded } from '@app/audit';
import { of, ofOne, part, type Sql, sql, type Statement, statement } from '@app/database';
import type { RequestContext, KeyRing } from '@app/kernel';
import { readBy, withoutSession } from '@app/sign-in';
import { ATTEMPTS, recoveryCodeOf, type RecoveryCodePurpose } from './recovery-code.js';
import { personOf, type Person } from './person.js';

/** A challenge for the owner of an account: the token it is found by, and whose it is. */
export interface OpenChallenge {
  token: string;
  holder: KeyHolder;
}

export interface InitVerdict {
  outcome: RedeemOutcome;
  holder: KeyHolder | null;
}

interface InitQuestion {
  purpose: RecoveryCodePurpose;
  person: Person;
  /** As typed. */
  code: string;
  token: string;
  also?: Sql;
}

/** Statement: spends a mailed code and opens the challenge that comes next, both or none. The same for everybody. */
export function spendCodeAndOpen(
  call: RequestContext,
  attempts: AttemptsRepository,
  keyRing: KeyRing,
  question: InitQuestion,
): Statement<InitVerdict> {
  const { purpose, person, code, token, also } = question;
  const proof = {
    purpose: `${purpose}_proof`,
    factor: purpose === 'login' ? 'second' : 'first',
    method: 'email',
    token,
  } as const;
  const subject = personOf(person, keyRing, also);
  const asked = { purpose: ATTEMPTS[purpose], of: recoveryCodeOf(call, subject) };
  const redemption = attempts.redeemRecoveryCode(call, asked, purpose, code);
  const { verdict } = redemption;
  const proven = withoutSession(redeemedAccount(verdict));
  return statement(
    { outcome: ofOne(verdict, 'outcome'), holder: of(keyHolderOf(proven), 'holder') },
    redemption,
    attempts.openChallenge(call, proof, proven),
    readBy(verdict),
    audit(call, `${purpose}.init` satisfies AuditEvent, verdict),
  );
}

/**
 * Statement: opens the challenge of a recovery without a mailed code, for a service that answers for the person; no holder where there is
 * no such account. `service`: what its key is called.
 */
export function openVouchedFor(
  call: RequestContext,
  attempts: AttemptsRepository,
  keyRing: KeyRing,
  { person, service, token }: { person: Person; service: string; token: string },
): Statement<{ holder: KeyHolder | null }> {
  const subject = personOf(person, keyRing);
  const held = part<HeldAccount>(
    'held',
    sql`SELECT account_id, security_stamp FROM ${subject} WHERE account_id IS NOT NULL`,
  );
  const proven = withoutSession(held);
  const proof = { purpose: 'recovery_proof', factor: 'first', method: 'key', token } as const;
  const opened = attempts.openChallenge(call, proof, proven);
  const verdict = part<Recorded>(
    'verdict',
    sql`
    SELECT CASE WHEN s.account_id IS NULL THEN 'absent' ELSE 'vouched' END AS outcome, s.account_id, NULL::bigint AS session_id,
      o.id AS attempt_id FROM ${subject} s LEFT JOIN ${opened.attempt} o ON true`,
  );
  return statement(
    { holder: of(keyHolderOf(proven), 'holder') },
    opened,
    audit(call, `recovery.init ${service}`, verdict),
  );
}
