import { Injectable } from '@nestjs/common';
import { activeSubjectParts, holdAccount, PasswordCheck, type KnownAccount } from '@app/accounts';
import { audit, auditRefusal, type Recorded } from '@app/audit';
import { Database, part, type Part, sql, statement } from '@app/database';
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
import { begunBy, type Browser } from './browser.js';

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
    const { subject } = activeSubjectParts(identifier, this.keyRing);
    const attempt = { id: call.nextId(), kind: 'sign_in', method } as const;
    const flow = this.browsers.begin(call, attempt, this.browsers.locked(call, browser), subject);
    const verdict = begunBy(flow);
    const begun = await this.database.row(statement(verdict, audit(call, 'sign_in', verdict)));
    if (!begun) throw new AuthError('attempt_not_found');
  }

  private async start(
    call: Call,
    browser: Browser,
    method: string,
    account: KnownAccount,
    forgiven: Part,
  ): Promise<string> {
    const token = randomToken(256);
    const attemptId = call.nextId();
    const stage = account.second_factor === 'none' ? 'signed_in' : 'pending';
    const locked = this.browsers.locked(call, browser);
    const held = holdAccount(account);
    const subject = part<{ subject: string; account_id: string }>(
      'subject',
      sql`SELECT account_id::text AS subject, account_id FROM ${held}`,
    );
    const begun = this.browsers.begin(call, { id: attemptId, kind: 'sign_in', method }, locked, subject);
    const session = { id: call.nextId(), attemptId, stage, method: 'pwd' } as const;
    const started = this.browsers.start(call, session, held, locked);
    const verdict = part<Recorded>(
      'verdict',
      sql`SELECT 'accepted' AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM ${started}`,
    );
    const proven = await this.database.row(
      statement(
        verdict,
        begun,
        forgiven,
        this.browsers.rotate(call, digest(token), started, locked),
        this.browsers.replace(call, started, locked),
        audit(call, 'password', verdict),
      ),
    );
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
