import { Injectable } from '@nestjs/common';
import { holdAccount, PasswordCheck, recipientOf, type KnownAccount } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit, auditRefusal } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { codeMessage, Outbox } from '@app/delivery';
import {
  AuthError,
  digest,
  normaliseIdentifier,
  randomHex,
  type AuthErrorCode,
  type Call,
} from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import { secondFactorAttempt } from './second-factor.js';

export interface PasswordSignIn {
  /** E-mail address, user name or phone number. */
  login: string;
  password: string;
  /** When given, the account must belong to this organisation. */
  orgId?: string;
}

export interface SignedIn {
  /** The session's credential: 32 lower-case hex characters. */
  token: string;
  /** What the session waits for; absent when it is signed in. */
  awaits?: 'email' | 'sms' | 'totp';
}

type Refusal = { code: AuthErrorCode; outcome: string };

/** The first step: a password, and for an account with a second factor an attempt at it. */
@Injectable()
export class SignInService {
  constructor(
    private readonly database: Database,
    private readonly passwords: PasswordCheck,
    private readonly attempts: AttemptsRepository,
    private readonly sessions: SessionsRepository,
    private readonly outbox: Outbox,
  ) {}

  async signIn(call: Call, question: PasswordSignIn): Promise<SignedIn> {
    const login = normaliseIdentifier(question.login);
    const { address } = call.client;
    const proof = await this.passwords.check(login, address, question.password, call.now);
    if (!proof.ok) {
      const code = proof.reason === 'locked' ? 'login_locked' : 'credentials_wrong';
      return this.refuse(call, proof.accountId, { code, outcome: proof.reason }, proof.retryAfterSeconds);
    }
    const refusal = refusalOf(proof.account, question.orgId);
    if (refusal) return this.refuse(call, proof.account.id, refusal);

    const signedIn = await this.open(call, proof.account, {
      forgiven: this.passwords.forgive(login, address),
    });
    return signedIn ?? this.refuse(call, proof.account.id, OVERTAKEN);
  }

  private async open(call: Call, account: KnownAccount, also: Parts): Promise<SignedIn | undefined> {
    const awaits = account.second_factor === 'none' ? undefined : account.second_factor;
    const token = randomHex(128);
    const tokenHash = digest(token);
    const stage = awaits ? 'pending' : 'signed_in';
    const parts: Parts = {
      held: holdAccount(account),
      session: this.sessions.start(call, { id: call.nextId(), stage, tokenHash, method: 'pwd' }, 'held'),
      ...(awaits ? this.challenge(call, awaits, tokenHash) : {}),
      ...also,
      verdict: sql`SELECT 'accepted' AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session`,
      audited: audit(call, 'password', 'verdict'),
    };
    const session = await this.database.row(statementOf(parts, sql`SELECT session_id FROM session`));
    this.outbox.wake();
    return session && { token, awaits };
  }

  private challenge(call: Call, factor: 'email' | 'sms' | 'totp', tokenHash: string): Parts {
    const { attempt, code } = secondFactorAttempt(
      call,
      factor,
      tokenHash,
      this.attempts.ruleOf('sign_in', call.now),
    );
    const opened = this.attempts.open(call, attempt, 'session');
    if (factor === 'totp') return opened;
    const message = codeMessage(call, attempt, { template: 'sign_in_code', channel: factor, code });
    return {
      ...opened,
      recipient: recipientOf(factor, 'session'),
      message: this.outbox.enqueue(message, call.now, sql`SELECT * FROM recipient`),
    };
  }

  private async refuse(
    call: Call,
    accountId: string | null,
    { code, outcome }: Refusal,
    retryAfterSeconds?: number,
  ): Promise<never> {
    await this.database.rows(auditRefusal(call, 'password', { outcome, accountId }));
    throw new AuthError(code, { retryAfterSeconds });
  }
}

const DISABLED: Refusal = { code: 'account_disabled', outcome: 'disabled' };
/** The account was changed between the look at its password and the session: the next try finds it as it is. */
const OVERTAKEN: Refusal = { code: 'credentials_wrong', outcome: 'overtaken' };

/** Why an account with the right password may still not sign in. Said only to who knows the password. */
function refusalOf(account: KnownAccount, orgId: string | undefined): Refusal | undefined {
  if (orgId !== undefined && orgId !== account.org_id)
    return { code: 'credentials_wrong', outcome: 'other_organisation' };
  if (account.disabled_at) return DISABLED;
  if (!account.activated_at) return { code: 'account_not_activated', outcome: 'not_activated' };
  const reachable = { none: true, totp: true, email: account.email, sms: account.phone }[
    account.second_factor
  ];
  return reachable ? undefined : { code: 'address_missing', outcome: 'no_address' };
}
