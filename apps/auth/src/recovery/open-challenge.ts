import { OPEN_OF_SUBJECT, type AttemptsRepository, type RedeemOutcome } from '@app/attempts';
import { audit, type AuditEvent } from '@app/audit';
import { type Parts, type Sql, sql, type Statement, statementOf } from '@app/database';
import type { Call, KeyRing } from '@app/kernel';
import { holderOf, type Holder } from './holder.js';
import type { LongCodePurpose } from './long-code.service.js';
import { personParts, type Person } from './person.js';

/** A challenge for the owner of an account: the token it is found by, and whose it is. */
export interface OpenChallenge {
  token: string;
  holder: Holder;
}

export interface InitVerdict {
  outcome: RedeemOutcome;
  holder: Holder | null;
}

interface InitQuestion {
  purpose: LongCodePurpose;
  person: Person;
  /** As typed. */
  code: string;
  token: string;
  also?: Sql;
}

/** Statement: spends a mailed code and opens the challenge that comes next, both or none. The same for everybody. */
export function spendCodeAndOpen(
  call: Call,
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
  const digits = code.replace(/[\s-]/g, '');
  const parts: Parts = {
    ...personParts(person, keyRing, also),
    ...attempts.redeemLongCode(call, { purpose, of: OPEN_OF_SUBJECT }, purpose, digits),
    proven: sql`
      SELECT account_id::text AS subject, account_id, NULL::bigint AS session_id, security_stamp FROM verdict WHERE outcome = 'redeemed'`,
    ...attempts.openChallenge(call, proof, 'proven'),
    owner: holderOf('proven'),
    audited: audit(call, `${purpose}.init` satisfies AuditEvent, 'verdict'),
  };
  return statementOf(parts, sql`SELECT outcome, (SELECT holder FROM owner) AS holder FROM verdict`);
}
