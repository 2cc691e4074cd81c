import { Injectable } from '@nestjs/common';
import {
  challengeOf,
  keyHolderOf,
  type CredentialOffer,
  type CredentialRow,
  type HeldAccount,
} from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, of, part, sql, statement } from '@app/database';
import { AuthError, randomToken, type RequestContext } from '@app/kernel';
import { Freshness, sessionAndAccount, withoutSession } from '@app/sign-in';
import type { OpenChallenge } from '../recovery/open-challenge.js';
import { OneMoreKey } from './one-more-key.service.js';
import { sessionVerdict } from './session-challenges.service.js';

const PURPOSE = 'credential_code';
const CODE_BITS = 128;

export interface CredentialCode {
  code: string;
  expiresAt: Date;
}

/** Codes that somebody signed in has made for a device of theirs that has no key yet: each is good for one key. */
@Injectable()
export class CredentialCodes {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly freshness: Freshness,
    private readonly keys: OneMoreKey,
  ) {}

  /**
   * Only its hash is stored. `until`: it ends then, or when its purpose says, if that is earlier. `action`: the token of the signed
   * action, which is spent.
   *
   * @throws AuthError `session_not_found`, `proof_stale`, `credentials_wrong` where the action is not good
   */
  async make(call: RequestContext, sessionId: string, until: Date, action: string): Promise<CredentialCode> {
    const code = randomToken(CODE_BITS);
    const longest = this.attempts.ruleOf(PURPOSE, call.now).expiresAt;
    const expiresAt = until < longest ? until : longest;
    const session = sessionAndAccount(call, sessionId);
    const fresh = this.freshness.fresh(call, session);
    const spent = this.attempts.spendChallenge(call, 'user_action', action, fresh);
    const held = part<HeldAccount>(
      'held',
      sql`SELECT f.account_id, f.security_stamp FROM ${fresh} f WHERE EXISTS (SELECT FROM ${spent})`,
    );
    const challenge = { purpose: PURPOSE, factor: 'second', method: 'key', token: code, expiresAt } as const;
    const opened = this.attempts.openChallenge(call, challenge, withoutSession(held));
    const verdict = sessionVerdict(session, fresh, 'made', held);
    const row = await this.database.row(statement(verdict, opened, audit(call, 'credential.code', verdict)));
    if (!row) throw new AuthError('session_not_found');
    if (row.outcome === 'stale') throw new AuthError('proof_stale');
    if (row.outcome === 'absent') throw new AuthError('credentials_wrong');
    return { code, expiresAt };
  }

  /**
   * What the new key has to sign. The code stays good until a key has answered.
   *
   * @throws AuthError `code_wrong`
   */
  async init(call: RequestContext, code: string): Promise<OpenChallenge> {
    const challenge = this.attempts.openChallengeOf(call, PURPOSE, code);
    const row = await this.database.row(statement({ holder: of(keyHolderOf(challenge), 'holder') }));
    if (!row?.holder) throw new AuthError('code_wrong');
    return { token: code, holder: row.holder };
  }

  /** @throws AuthError `credentials_wrong`, `invalid_parameters` */
  complete(call: RequestContext, code: string, offer: CredentialOffer): Promise<CredentialRow> {
    return this.keys.byCode(call, { token: code, challenge: challengeOf(code), offer });
  }
}
