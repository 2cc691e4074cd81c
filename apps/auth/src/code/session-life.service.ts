import { Injectable } from '@nestjs/common';
import { audit, type AuditEvent } from '@app/audit';
import { Database, sql, type Sql, statementOf } from '@app/database';
import { AuthError, digest, type Call } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';

/** What the holder of a signed-in session does with it: a new life, or the end. */
@Injectable()
export class SessionLifeService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
  ) {}

  async renew(call: Call, token: string): Promise<void> {
    await this.change(call, 'session.renew', 'renewed', this.sessions.renew(call, digest(token)));
  }

  async end(call: Call, token: string): Promise<void> {
    await this.change(call, 'session.end', 'ended', this.sessions.end(call, digest(token), 'logout'));
  }

  /** Ends the sessions of those tokens that have one; the others are nothing to anybody, and nothing is recorded of them. */
  async endLive(call: Call, tokens: string[]): Promise<void> {
    for (const token of tokens) {
      const parts = {
        ended: this.sessions.end(call, digest(token), 'logout'),
        verdict: sql`SELECT 'ended' AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM ended`,
        audited: audit(call, 'session.end', 'verdict'),
      };
      await this.database.rows(statementOf(parts, sql`SELECT session_id FROM verdict`));
    }
  }

  private async change(call: Call, event: AuditEvent, outcome: string, change: Sql): Promise<void> {
    const parts = {
      changed: change,
      verdict: sql`
        SELECT CASE WHEN c.session_id IS NULL THEN 'no_session' ELSE ${outcome}::text END AS outcome, c.account_id,
          c.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN changed c ON true`,
      audited: audit(call, event, 'verdict'),
    };
    const row = await this.database.row<{ session_id: string | null }>(
      statementOf(parts, sql`SELECT session_id FROM verdict`),
    );
    if (!row?.session_id) throw new AuthError('session_not_found');
  }
}
