import { Injectable } from '@nestjs/common';
import { raiseStamp, type AccountEntity } from '@app/accounts';
import { audit } from '@app/audit';
import { Database, sql, statementOf } from '@app/database';
import type { Call } from '@app/kernel';
import { endSession, endSessionsOf, SessionEntity } from '@app/sessions';
import { DataSource, IsNull, MoreThan } from 'typeorm';
import { isId } from './identifiers.js';

const REASON = 'revoked';

/** What an operator does with sessions. Every change is one statement with its audit row. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly database: Database,
  ) {}

  /** The account's live sessions, pending ones too, the newest first. */
  async live({ id, securityStamp }: AccountEntity, now: Date): Promise<SessionEntity[]> {
    return this.dataSource.getRepository(SessionEntity).find({
      where: { accountId: id, securityStamp, endedAt: IsNull(), expiresAt: MoreThan(now) },
      order: { id: 'DESC' },
    });
  }

  /** Ends one live session, in whatever protocol. False: no live session has this id. */
  async revoke(call: Call, sessionId: string): Promise<boolean> {
    if (!isId(sessionId)) return false;
    const parts = {
      ended: endSession(sessionId, REASON, call.now),
      verdict: sql`SELECT ${REASON} AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM ended`,
      audited: audit(call, 'session.end', 'verdict'),
    };
    const query = statementOf(parts, sql`SELECT session_id FROM ended`);
    return (await this.database.row(query)) !== undefined;
  }

  /** Ends every session of the account, in all protocols; answers how many were live. */
  async revokeAll(call: Call, accountId: string): Promise<number> {
    const parts = {
      account: sql`SELECT ${accountId}::bigint AS account_id`,
      raised: raiseStamp(call, 'account'),
      ...endSessionsOf(call, REASON, 'raised'),
      verdict: sql`
        SELECT ${REASON} AS outcome, ${accountId}::bigint AS account_id, NULL::bigint AS session_id,
          NULL::bigint AS attempt_id`,
      audited: audit(call, 'session.end', 'verdict'),
    };
    const answer = sql`
      SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > ${call.now}::timestamptz`;
    const row = await this.database.row<{ sessions: number }>(statementOf(parts, answer));
    return row?.sessions ?? 0;
  }
}
