import { Injectable } from '@nestjs/common';
import { changeKeys, insertCredentials, lockAccount, UNREGISTERED } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, type Parts, sql, type Statement, statementOf } from '@app/database';
import { AuthError, KeyRing, randomToken, type Call } from '@app/kernel';
import { endSessionsOf, survivors } from '@app/sessions';
import { ChallengedService } from './challenged.service.js';
import { spendCodeAndOpen, type InitVerdict, type OpenChallenge } from './open-challenge.js';
import { enrolmentOf, type OfferedKeys, type ProvenKeys } from './new-keys.service.js';
import type { Person } from './person.js';
import { refuseTaken } from './refuse-taken.js';

/** What a completed registration or recovery answers. */
export interface Completed {
  accountId: string;
  credential: { uuid: string; kind: string; name: string };
  username: string;
  orgId: string;
  userId: string;
  /** When the keys become good, if not at once. */
  activeFrom?: Date;
}

const TOKEN_BITS = 256;

/** The first keys of an account that an operator has made. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly keyRing: KeyRing,
    private readonly challenged: ChallengedService,
  ) {}

  /** Spends the mailed code. */
  async init(call: Call, person: Person, code: string): Promise<OpenChallenge> {
    const token = randomToken(TOKEN_BITS);
    const question = { purpose: 'registration', person, code, token, also: UNREGISTERED } as const;
    const verdict = await this.database.row<InitVerdict>(
      spendCodeAndOpen(call, this.attempts, this.keyRing, question),
    );
    if (!verdict?.holder) throw new AuthError('code_wrong');
    return { token, holder: verdict.holder };
  }

  /** Gives the account its keys. Of any number of calls at once one does, and none once it has keys. */
  async complete(call: Call, token: string, offered: OfferedKeys): Promise<Completed> {
    const { holder, keys } = await this.challenged.prove(call, 'registration_proof', token, offered);
    const [verdict] = await this.database
      .rowsUnderLock<{ outcome: string }>(lockAccount(holder.id), this.decision(call, token, holder.id, keys))
      .catch(refuseTaken);
    if (verdict?.outcome !== 'redeemed') throw new AuthError('session_not_found');
    return completed(holder, keys);
  }

  private decision(
    call: Call,
    token: string,
    accountId: string,
    keys: ProvenKeys,
  ): Statement<{ outcome: string }> {
    const totp = enrolmentOf(keys);
    const parts: Parts = {
      free: sql`SELECT id AS account_id FROM accounts WHERE id = ${accountId}::bigint AND disabled_at IS NULL AND ${UNREGISTERED}`,
      ...this.attempts.redeemChallenge(call, 'registration_proof', token, sql`EXISTS (SELECT FROM free)`),
      done: sql`SELECT account_id FROM verdict WHERE outcome = 'redeemed'`,
      inserted: insertCredentials(call, sql`${JSON.stringify(keys.rows)}::jsonb`, 'done'),
      ...(totp && changeKeys(call, 'done', totp)),
      ...(totp && endSessionsOf(call, 'second_factor_enabled', 'raised', survivors.provenBy('otp'))),
      audited: audit(call, 'registration.complete', 'verdict'),
    };
    return statementOf(parts, sql`SELECT outcome FROM verdict`);
  }
}

/** The answer to whoever gave an account its keys. */
export function completed(
  holder: OpenChallenge['holder'],
  { rows: [first] }: ProvenKeys,
  activeFrom?: Date,
): Completed {
  const { uuid, kind, name } = first;
  return {
    accountId: holder.id,
    credential: { uuid, kind, name },
    username: holder.name,
    orgId: holder.org_id ?? '',
    userId: holder.uuid,
    activeFrom,
  };
}
