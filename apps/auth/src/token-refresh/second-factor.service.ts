import { Injectable } from '@nestjs/common';
import { withAccount } from '@app/accounts';
import type { RedeemOutcome } from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Database, part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { RefreshRotation, RefreshTokens, type PresentedToken } from '@app/sessions';
import { inSession, retryOnConflict, SecondFactorCheck, shareOwner, type AwaitedFactor } from '@app/sign-in';
import type { TokenHolder } from '@app/tokens';
import type { BegunSession } from './password-token.service.js';
import { successorOf } from './refresh.service.js';

interface ConfirmVerdict extends Partial<TokenHolder> {
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
   *
   * @throws AuthError `session_not_found`, `code_wrong`
   */
  async confirm(call: RequestContext, refreshToken: string, code: string): Promise<BegunSession> {
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
    call: RequestContext,
    presented: PresentedToken,
    code: string,
  ): Promise<AwaitedFactor | undefined> {
    const found = this.rotation.presented(call, presented, shareOwner);
    const good = this.rotation.good(found);
    const { awaited, effects } = this.check.find(call, inSession, good, code);
    const refused = part<Recorded>(
      'refused',
      sql`
        SELECT coalesce(p.state, 'unknown') AS outcome, p.account_id, p.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN ${found} p ON true WHERE NOT EXISTS (SELECT FROM ${good})`,
    );
    const ended = this.rotation.endReplayed(call, found);
    const audited = audit(call, 'second_factor', refused);
    const row = await retryOnConflict(() =>
      this.database.row(statement(awaited, ...effects, ended, audited)),
    );
    return row && this.check.read(row);
  }

  private async decide(
    call: RequestContext,
    presented: PresentedToken,
    awaited: AwaitedFactor,
    code: string,
  ): Promise<ConfirmVerdict> {
    const good = this.rotation.good(this.rotation.presented(call, presented));
    const { redemption, effects } = this.check.redeem(call, inSession, good, awaited, code);
    const { verdict } = redemption;
    const promoted = this.rotation.promote(call, presented, good, verdict);
    const answer = part<ConfirmVerdict>(
      'answer',
      sql`SELECT v.outcome, h.* FROM ${verdict} v LEFT JOIN ${withAccount(call, promoted)} h ON true`,
    );
    const row = await this.database.row(
      statement(answer, redemption, ...effects, audit(call, 'second_factor', verdict)),
    );
    return row as ConfirmVerdict;
  }
}
