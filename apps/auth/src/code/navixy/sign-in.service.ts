import { Injectable } from '@nestjs/common';
import { holdAccount, PasswordCheck, recipientOf, type KnownAccount } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit, auditRefusal, type Recorded } from '@app/audit';
import { Database, part, type Part, sql, statement } from '@app/database';
import { codeMessage, Outbox } from '@app/delivery';
import {
  AuthError,
  digest,
  normaliseIdentifier,
  randomHex,
  type AuthErrorCode,
  type Call,
} from '@app/kernel';
import { type SessionRow, SessionsRepository } from '@app/sessions';
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

    const signedIn = await this.open(call, proof.account, this.passwords.forgive(login, address));
    return signedIn ?? this.refuse(call, proof.account.id, OVERTAKEN);
  }

  private async open(call: Call, account: KnownAccount, forgiven: Part): Promise<SignedIn | undefined> {
    const awaits = account.second_factor === 'none' ? undefined : account.second_factor;
    const token = randomHex(128);
    const tokenHash = digest(token);
    const stage = awaits ? 'pending' : 'signed_in';
    const begun = { id: call.nextId(), stage, tokenHash, method: 'pwd' } as const;
    const session = this.sessions.start(call, begun, holdAccount(account));
    const verdict = part<Recorded>(
      'verdict',
      sql`SELECT 'accepted' AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM ${session}`,
    );
    const challenge = awaits && this.challenge(call, awaits, tokenHash, session);
    const opened = await this.database.row(
      statement(verdict, challenge, forgiven, audit(call, 'password', verdict)),
    );
    return opened && { token, awaits };
  }

  private challenge(
    call: Call,
    factor: 'email' | 'sms' | 'totp',
    tokenHash: string,
    session: Part<SessionRow>,
  ): Record<string, Part> {
    const rule = this.attempts.ruleOf('sign_in', call.now);
    const { attempt, code } = secondFactorAttempt(call, factor, tokenHash, rule);
    const opened = this.attempts.open(call, attempt, session);
    if (factor === 'totp') return opened;
    const message = codeMessage(call, attempt, { template: 'sign_in_code', channel: factor, code });
    return { ...opened, message: this.outbox.enqueue(message, call.now, recipientOf(factor, session)) };
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
