import { Injectable } from '@nestjs/common';
import {
  changeKeys,
  insertCredentials,
  lockAccount,
  redeemedAccount,
  UNREGISTERED,
  unregisteredAccount,
  type OfAccount,
} from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, type Effect, ofOne, type Part, sql, type Statement, statement } from '@app/database';
import { AuthError, KeyRing, randomToken, type RequestContext } from '@app/kernel';
import { endedBy, OwnerNotices } from '@app/sign-in';
import { completed, type Completed } from '../recovery/completed.js';
import { ChallengedService } from '../recovery/challenged.service.js';
import { spendCodeAndOpen, type InitVerdict, type OpenChallenge } from '../recovery/open-challenge.js';
import {
  enrolmentOf,
  refuseUsedKey,
  type OfferedKeys,
  type ProvenKeys,
} from '../recovery/new-keys.service.js';
import type { Person } from '../recovery/person.js';

const TOKEN_BITS = 256;

/** The first keys of an account that an operator has made. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly keyRing: KeyRing,
    private readonly challenged: ChallengedService,
    private readonly notices: OwnerNotices,
  ) {}

  /** Spends the mailed code. */
  async init(call: RequestContext, person: Person, code: string): Promise<OpenChallenge> {
    const token = randomToken(TOKEN_BITS);
    const question = { purpose: 'registration', person, code, token, also: UNREGISTERED } as const;
    const verdict = await this.database.row<InitVerdict>(
      spendCodeAndOpen(call, this.attempts, this.keyRing, question),
    );
    if (!verdict?.holder) throw new AuthError('code_wrong');
    return { token, holder: verdict.holder };
  }

  /** Gives the account its keys. Of any number of calls at once one does, and none once it has keys. */
  async complete(call: RequestContext, token: string, offered: OfferedKeys): Promise<Completed> {
    const { holder, keys } = await this.challenged.prove(call, 'registration_proof', token, offered);
    const [verdict] = await this.database
      .rowsUnderLock<{ outcome: string }>(lockAccount(holder.id), this.decision(call, token, holder.id, keys))
      .catch(refuseUsedKey);
    if (verdict?.outcome !== 'redeemed') throw new AuthError('session_not_found');
    return completed(holder, keys);
  }

  private decision(
    call: RequestContext,
    token: string,
    accountId: string,
    keys: ProvenKeys,
  ): Statement<{ outcome: string }> {
    // A challenge of a session is for one more key, of an account that has some.
    const free = sql`a.session_id IS NULL AND EXISTS (SELECT FROM ${unregisteredAccount(accountId)})`;
    const redemption = this.attempts.redeemChallenge(call, 'registration_proof', token, free);
    const { verdict } = redemption;
    const done = redeemedAccount(verdict);
    return statement(
      { outcome: ofOne(verdict, 'outcome') },
      redemption,
      insertCredentials(call, sql`${JSON.stringify(keys.rows)}::jsonb`, done),
      ...this.enrol(call, keys, done),
      ...this.notices.tell(call, done, { template: 'keys_added', facts: {} }),
      audit(call, 'registration.complete', verdict),
    );
  }

  /** The authenticator that comes with the keys, if one does: sessions that were made without it end. */
  private enrol(call: RequestContext, keys: ProvenKeys, done: Part<OfAccount>): Effect[] {
    const totp = enrolmentOf(keys);
    if (!totp) return [];
    const changed = changeKeys(call, done, totp);
    const brings = ['authenticator'] as const;
    const facts = { change: 'totp_enabled' } as const;
    return [
      changed,
      ...endedBy('authenticator_connected', call, changed.raised, { brings }).effects,
      ...this.notices.tell(call, changed.enrolled, { template: 'factor_changed', facts }),
    ];
  }
}
