import { Injectable } from '@nestjs/common';
import { activeSubjectParts, holdAccount, PasswordCheck, type KnownAccount } from '@app/accounts';
import { audit, auditRefusal } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import {
  AuthError,
  digest,
  KeyRing,
  randomToken,
  type AuthErrorCode,
  type Call,
  type Identifier,
} from '@app/kernel';
import { BrowserSessions } from '@app/sessions';
import type { Browser } from './browser.js';

/** How somebody wants to sign in, and who they say they are. */
export interface SignInRequest {
  method: string;
  identifier: Identifier;
  /** With the methods that begin with one. */
  password?: string;
}

/** The first step of a sign-in: an attempt in the browser session. */
@Injectable()
export class SignInService {
  constructor(
    private readonly database: Database,
    private readonly passwords: PasswordCheck,
    private readonly browsers: BrowserSessions,
    private readonly keyRing: KeyRing,
  ) {}

  /** Answers the new token of the browser session when a password was enough to prove something. */
  async signIn(call: Call, browser: Browser, request: SignInRequest): Promise<string | undefined> {
    const { method, identifier, password } = request;
    if (password === undefined) return this.begin(call, browser, method, identifier);
    const { address } = call.client;
    const proof = await this.passwords.check(identifier, address, password, call.now);
    if (!proof.ok) {
      const code = proof.reason === 'locked' ? 'login_locked' : 'credentials_wrong';
      return this.refuse(call, proof.accountId, code, proof.reason, proof.retryAfterSeconds);
    }
    const { id, disabled_at, activated_at } = proof.account;
    if (disabled_at) return this.refuse(call, id, 'account_disabled', 'disabled');
    if (!activated_at) return this.refuse(call, id, 'account_not_activated', 'not_activated');
    return this.start(call, browser, method, proof.account, this.passwords.forgive(identifier, address));
  }

  /** By a code or link that `prepare-verification` sends. Whether there is such an account shows nowhere. */
  private async begin(
    call: Call,
    browser: Browser,
    method: string,
    identifier: Identifier,
  ): Promise<undefined> {
    const parts: Parts = {
      browser: this.browsers.locked(call, browser),
      ...activeSubjectParts(identifier, this.keyRing),
      begun: this.browsers.begin(call, { id: call.nextId(), kind: 'sign_in', method }),
      verdict: sql`
        SELECT 'begun' AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM begun`,
      audited: audit(call, 'sign_in', 'verdict'),
    };
    const begun = await this.database.row(statementOf(parts, sql`SELECT id FROM begun`));
    if (!begun) throw new AuthError('attempt_not_found');
  }

  private async start(
    call: Call,
    browser: Browser,
    method: string,
    account: KnownAccount,
    forgiven: Parts[string],
  ): Promise<string> {
    const token = randomToken(256);
    const attemptId = call.nextId();
    const stage = account.second_factor === 'none' ? 'signed_in' : 'pending';
    const parts: Parts = {
      browser: this.browsers.locked(call, browser),
      held: holdAccount(account),
      subject: sql`SELECT account_id::text AS subject, account_id FROM held`,
      begun: this.browsers.begin(call, { id: attemptId, kind: 'sign_in', method }),
      proven: this.browsers.start(call, { id: call.nextId(), attemptId, stage, method: 'pwd' }, 'held'),
      forgiven,
      rotated: this.browsers.rotate(call, digest(token), 'proven'),
      replaced: this.browsers.replace(call, 'proven'),
      verdict: sql`SELECT 'accepted' AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM proven`,
      audited: audit(call, 'password', 'verdict'),
    };
    const proven = await this.database.row(statementOf(parts, sql`SELECT session_id FROM proven`));
    return proven ? token : this.refuse(call, account.id, 'credentials_wrong', 'overtaken');
  }

  private async refuse(
    call: Call,
    accountId: string | null,
    code: AuthErrorCode,
    outcome: string,
    retryAfterSeconds?: number,
  ): Promise<never> {
    await this.database.rows(auditRefusal(call, 'password', { outcome, accountId }));
    throw new AuthError(code, { retryAfterSeconds });
  }
}
