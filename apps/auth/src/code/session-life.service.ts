import { Injectable } from '@nestjs/common';
import { audit, recordedAs, type AuditEvent, type Recorded } from '@app/audit';
import { Database, part, type Part, sql, statement } from '@app/database';
import { AuthError, digest, type RequestContext } from '@app/kernel';
import { SessionsRepository, type OwnedSession } from '@app/sessions';

/** What the holder of a signed-in session does with it: a new life, or the end. */
@Injectable()
export class SessionLifeService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
  ) {}

  async renew(call: RequestContext, token: string): Promise<void> {
    await this.change(call, 'session.renew', 'renewed', this.sessions.renew(call, digest(token)));
  }

  async end(call: RequestContext, token: string): Promise<void> {
    await this.change(
      call,
      'session.end',
      'ended',
      this.sessions.end('signed_out_here', call, digest(token)),
    );
  }

  /** Ends the sessions of those tokens that have one; the others are nothing to anybody, and nothing is recorded of them. */
  async endLive(call: RequestContext, tokens: string[]): Promise<void> {
    for (const token of tokens) {
      const ended = this.sessions.end('signed_out_here', call, digest(token));
      const verdict = recordedAs('ended', ended);
      await this.database.rows(statement(verdict, audit(call, 'session.end', verdict)));
    }
  }

  private async change(
    call: RequestContext,
    event: AuditEvent,
    outcome: string,
    changed: Part<OwnedSession>,
  ): Promise<void> {
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT CASE WHEN c.session_id IS NULL THEN 'no_session' ELSE ${outcome}::text END AS outcome, c.account_id,
          c.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN ${changed} c ON true`,
    );
    const row = await this.database.row(statement(verdict, audit(call, event, verdict)));
    if (!row?.session_id) throw new AuthError('session_not_found');
  }
}
