import { Injectable } from '@nestjs/common';
import { changeLanguage, holdAccount, holdAlone } from '@app/accounts';
import type { RedeemOutcome } from '@app/attempts';
import { audit, auditRefusal } from '@app/audit';
import { Config } from '@app/config';
import { Database, statement, type Parts } from '@app/database';
import { AuthError, digest, plusSeconds, randomToken, secondsUntil, type Call } from '@app/kernel';
import { startProven } from '@app/sessions';
import sql from 'sql-template-tag';
import { crossing } from './docspace-attempts.js';
import type { SignInRequest, SignInStep } from './docspace-credentials.js';
import { DocspaceConnections } from './docspace-connections.js';
import { DocspaceFactorCheck, type AwaitedFactor, type AwaitedRow } from './docspace-factor-check.js';
import { DocspaceFirstFactor, type Proven } from './docspace-first-factor.service.js';

const TOKEN_BITS = 256;

export interface CodeVerdict {
  outcome: RedeemOutcome;
  /** Of the attempt, and of the account's guesses when they are spent. */
  expires_at: Date | null;
  refills_at: Date | null;
  session_id: string | null;
}

/** Both factors in one call. */
@Injectable()
export class DocspaceCodeService {
  constructor(
    private readonly database: Database,
    private readonly firstFactor: DocspaceFirstFactor,
    private readonly check: DocspaceFactorCheck,
    private readonly connections: DocspaceConnections,
    private readonly config: Config,
  ) {}

  /**
   * Two statements after the first factor: what the account is proven by, because only the process can read an
   * authenticator's secret; then the check of the code with everything that comes of it.
   */
  async verify(call: Call, { proof, language, transient }: SignInRequest, code: string): Promise<SignInStep> {
    const proven = await this.firstFactor.prove(call, proof);
    const awaited = await this.await(call, proven, code);
    const token = randomToken(TOKEN_BITS);
    const verdict = await this.decide(call, proven, awaited, code, token);
    this.connections.announced();
    if (verdict.outcome !== 'redeemed' || !verdict.session_id) throw refusalOf(verdict, call.now);
    if (language) await this.database.rows(changeLanguage(call, awaited.account_id, language));
    const expiresAt = plusSeconds(call.now, this.config.sessions.lifeSeconds);
    const phone = awaited.setup?.phone ?? awaited.phone ?? undefined;
    return { factor: awaited.second_factor, phone, signedIn: { token, expiresAt, transient } };
  }

  private async await(call: Call, { account, also }: Proven, code: string): Promise<AwaitedFactor> {
    const parts: Parts = { held: holdAccount(account, call.now), ...this.check.find(call, code), ...also };
    const row = await crossing(() => this.database.row<AwaitedRow>(statement(parts, sql`SELECT * FROM awaited`)));
    if (!row) return this.refuse(call, account.id, 'changed', 'credentials_wrong');
    const awaited = this.check.read(row);
    const unset = awaited.second_factor === 'totp' && !awaited.totp_secret && !awaited.setup;
    if (awaited.second_factor === 'none' || unset) return this.refuse(call, account.id, 'no_factor', 'attempt_not_found');
    return awaited;
  }

  private async decide(call: Call, { account, method }: Proven, awaited: AwaitedFactor, code: string, token: string) {
    const { lifeSeconds } = this.config.sessions;
    const session = { id: call.nextId(), tokenHash: digest(token), first: method, lifeSeconds };
    const parts: Parts = {
      held: awaited.setup ? holdAlone(account, call.now) : holdAccount(account, call.now),
      ...this.check.redeem(call, awaited, code),
      session: startProven(call, session, 'proven'),
      ...(awaited.setup && this.connections.announce(call, awaited.setup.factor, session.id)),
      decided: sql`
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true`,
      audited: audit(call, 'code.verify', 'decided'),
    };
    const answer = sql`
      SELECT d.outcome, d.session_id, (SELECT expires_at FROM target) AS expires_at,
        (SELECT refills_at FROM budget) AS refills_at FROM decided d`;
    return (await this.database.row<CodeVerdict>(statement(parts, answer))) as CodeVerdict;
  }

  private async refuse(call: Call, accountId: string, outcome: string, code: 'credentials_wrong' | 'attempt_not_found'): Promise<never> {
    await this.database.rows(auditRefusal(call, 'code.verify', { outcome, accountId }));
    throw new AuthError(code);
  }
}

/** A code that was never sent is not available; one whose tries, or those of its account, are spent can be waited for. */
export function refusalOf({ outcome, expires_at, refills_at }: CodeVerdict, now: Date): AuthError {
  if (outcome === 'absent') return new AuthError('attempt_not_found');
  const until = { exhausted: expires_at, budget_spent: refills_at }[outcome as string];
  if (until === undefined) return new AuthError('code_wrong');
  return new AuthError('guesses_spent', { retryAfterSeconds: until ? secondsUntil(until, now) : 1 });
}
