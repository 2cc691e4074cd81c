import { Injectable } from '@nestjs/common';
import { holdAccount, PasswordCheck, withAccount, type KnownAccount } from '@app/accounts';
import { audit, auditRefusal } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { AuthError, type AuthErrorCode, type Call, type Identifier } from '@app/kernel';
import { RefreshRotation, RefreshTokens } from '@app/sessions';
import type { TokenHolder } from '@app/tokens';
import { SecondFactorChallenge } from './second-factor-challenge.js';

/** A session that has just begun, and the refresh token that nobody else has. */
export interface BegunSession {
  holder: TokenHolder;
  refreshToken: string;
}

type Refusal = { code: AuthErrorCode; outcome: string };

const DISABLED: Refusal = { code: 'credentials_wrong', outcome: 'disabled' };
/** The account was changed between the look at its password and the session: the next try finds it as it is. */
const OVERTAKEN: Refusal = { code: 'credentials_wrong', outcome: 'overtaken' };

/** A password for a session; with a second factor, one that is good for nothing but to finish. */
@Injectable()
export class PasswordTokenService {
  constructor(
    private readonly database: Database,
    private readonly passwords: PasswordCheck,
    private readonly tokens: RefreshTokens,
    private readonly rotation: RefreshRotation,
    private readonly challenge: SecondFactorChallenge,
  ) {}

  async signIn(call: Call, login: Identifier, password: string): Promise<BegunSession> {
    const { address } = call.client;
    const proof = await this.passwords.check(login, address, password, call.now);
    if (!proof.ok) {
      const code = proof.reason === 'locked' ? 'login_locked' : 'credentials_wrong';
      return this.refuse(call, proof.accountId, { code, outcome: proof.reason }, proof.retryAfterSeconds);
    }
    const refusal = refusalOf(proof.account);
    if (refusal) return this.refuse(call, proof.account.id, refusal);
    const begun = await this.begin(call, proof.account, { forgiven: this.passwords.forgive(login, address) });
    return begun ?? this.refuse(call, proof.account.id, OVERTAKEN);
  }

  private async begin(call: Call, account: KnownAccount, also: Parts): Promise<BegunSession | undefined> {
    const token = this.tokens.first();
    const id = call.nextId();
    const stage = account.second_factor === 'none' ? 'signed_in' : 'pending';
    const parts: Parts = {
      held: holdAccount(account),
      starting: sql`SELECT account_id, security_stamp, ${stage}::text AS stage FROM held`,
      session: this.rotation.start(call, { id, method: 'pwd', token }, 'starting'),
      ...this.challenge.open(call, account.second_factor, id),
      ...also,
      verdict: sql`SELECT 'accepted' AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session`,
      audited: audit(call, 'password', 'verdict'),
    };
    const holder = await this.database.row<TokenHolder>(statementOf(parts, withAccount('session')));
    this.challenge.sent();
    return holder && { holder, refreshToken: token.token };
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

/** Why an account with the right password may still not sign in. The client is told no more than that it cannot. */
function refusalOf(account: KnownAccount): Refusal | undefined {
  if (account.disabled_at) return DISABLED;
  const reachable = { none: true, totp: true, email: account.email, sms: account.phone }[
    account.second_factor
  ];
  return reachable ? undefined : { code: 'address_missing', outcome: 'no_address' };
}
