import { Injectable } from '@nestjs/common';
import { withAccount } from '@app/accounts';
import type { RedeemOutcome } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, sql, statementOf } from '@app/database';
import { AuthError, type Call } from '@app/kernel';
import { RefreshRotation, RefreshTokens, type PresentedToken } from '@app/sessions';
import type { TokenHolder } from '@app/tokens';
import type { BegunSession } from './password-token.service.js';
import { successorOf } from './refresh.service.js';
import { isBackupCode, SecondFactorCheck, type AwaitedFactor } from './second-factor-check.js';

interface Verdict extends Partial<TokenHolder> {
  outcome: RedeemOutcome;
  refresh_hash: string | null;
}

/** A code and a refresh token for tokens with a fresh mark: the end of a sign-in, or a proof given anew. */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly database: Database,
    private readonly tokens: RefreshTokens,
    private readonly rotation: RefreshRotation,
    private readonly check: SecondFactorCheck,
  ) {}

  /**
   * Two statements: the first finds what the session waits for, because only the process can read an authenticator's
   * secret; the second checks the code and promotes the session in one.
   */
  async confirm(call: Call, refreshToken: string, code: string): Promise<BegunSession> {
    const presented = this.tokens.read(refreshToken);
    if (!presented) throw new AuthError('session_not_found');
    const awaited = await this.await(call, presented, code);
    if (!awaited?.account_id) throw new AuthError('session_not_found');
    if (awaited.second_factor === 'none') throw new AuthError('code_wrong');
    const verdict = await this.decide(call, presented, awaited, code);
    const successor = successorOf(presented, verdict.refresh_hash);
    if (verdict.outcome !== 'redeemed' || !successor || !verdict.uuid) throw new AuthError('code_wrong');
    return { holder: verdict as TokenHolder, refreshToken: successor };
  }

  private async await(
    call: Call,
    presented: PresentedToken,
    code: string,
  ): Promise<AwaitedFactor | undefined> {
    const parts = {
      presented: this.rotation.presented(call, presented),
      good: this.rotation.good('presented'),
      ended: this.rotation.endReplayed(call, 'presented'),
      ...this.check.find(call, 'good', isBackupCode(code)),
      refused: sql`
        SELECT coalesce(p.state, 'unknown') AS outcome, p.account_id, p.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN presented p ON true WHERE NOT EXISTS (SELECT FROM good)`,
      audited: audit(call, 'second_factor', 'refused'),
    };
    return this.database.row<AwaitedFactor>(statementOf(parts, sql`SELECT * FROM awaited`));
  }

  private async decide(
    call: Call,
    presented: PresentedToken,
    awaited: AwaitedFactor,
    code: string,
  ): Promise<Verdict> {
    const parts = {
      presented: this.rotation.presented(call, presented),
      good: this.rotation.good('presented'),
      ...this.check.redeem(call, awaited, code, 'good'),
      promoted: this.rotation.promote(call, presented, 'good', 'verdict'),
      audited: audit(call, 'second_factor', 'verdict'),
    };
    const answer = sql`SELECT v.outcome, h.* FROM verdict v LEFT JOIN (${withAccount('promoted')}) h ON true`;
    return (await this.database.row<Verdict>(statementOf(parts, answer))) as Verdict;
  }
}
