import { Injectable } from '@nestjs/common';
import { withAccount } from '@app/accounts';
import { audit, type Recorded } from '@app/audit';
import { Database, part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { RefreshRotation, RefreshTokens, type PresentedToken } from '@app/sessions';
import type { TokenHolder } from '@app/tokens';
import type { BegunSession } from './password-token.service.js';

/** How a presented token ended; `unknown` is of no session. The first three are good. */
type Outcome = 'rotated' | 'concurrent' | 'lost_answer' | 'replay' | 'expired' | 'ended' | 'unknown';

interface RefreshVerdict extends Partial<TokenHolder> {
  outcome: Outcome;
  refresh_hash: string | null;
}

/** A refresh token for the next one. */
@Injectable()
export class RefreshService {
  constructor(
    private readonly database: Database,
    private readonly tokens: RefreshTokens,
    private readonly rotation: RefreshRotation,
  ) {}

  /**
   * One statement decides: it turns the token over, or ends the session of one that is too old, and says in the audit log why.
   *
   * @throws AuthError `session_not_found`
   */
  async refresh(call: RequestContext, refreshToken: string): Promise<BegunSession> {
    const presented = this.tokens.read(refreshToken);
    if (!presented) throw new AuthError('session_not_found');
    const verdict = await this.decide(call, presented);
    const successor = successorOf(presented, verdict.refresh_hash);
    if (!successor || !verdict.uuid) throw new AuthError('session_not_found');
    return { holder: verdict as TokenHolder, refreshToken: successor };
  }

  private async decide(call: RequestContext, presented: PresentedToken): Promise<RefreshVerdict> {
    const found = this.rotation.presented(call, presented);
    const rotated = this.rotation.rotate(call, presented, found);
    const verdict = part<Recorded & { outcome: Outcome }>(
      'verdict',
      sql`
        SELECT CASE WHEN p.state = 'current' THEN 'rotated' ELSE coalesce(p.state, 'unknown') END AS outcome,
          p.account_id, p.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN ${found} p ON true`,
    );
    const answer = part<RefreshVerdict>(
      'answer',
      sql`SELECT v.outcome, h.* FROM ${verdict} v LEFT JOIN ${withAccount(call, rotated)} h ON true`,
    );
    const row = await this.database.row(statement(answer, audit(call, 'token.refresh', verdict)));
    return row as RefreshVerdict;
  }
}

/** The token of the digest that is good now. A replay ends the session and leaves its digest, which is no successor's. */
export function successorOf(
  { successors }: PresentedToken,
  hash: string | null | undefined,
): string | undefined {
  return successors.find((successor) => successor.hash === hash)?.token;
}
