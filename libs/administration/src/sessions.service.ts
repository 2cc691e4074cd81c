import { Injectable } from '@nestjs/common';
import { ofAccount, raiseStamp, type AccountEntity } from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, statement } from '@app/database';
import { isId, type RequestContext } from '@app/kernel';
import { endSession, liveAmong, SessionEntity } from '@app/sessions';
import { endedBy } from '@app/sign-in';
import { DataSource, IsNull, MoreThan } from 'typeorm';

/** As it stands in the audit log. */
const REVOKED = 'revoked';

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
  async revoke(call: RequestContext, sessionId: string): Promise<boolean> {
    if (!isId(sessionId)) return false;
    const verdict = recordedAs(REVOKED, endSession('session_revoked', sessionId, call.now));
    const query = statement(verdict, audit(call, 'session.end', verdict));
    return (await this.database.row(query)) !== undefined;
  }

  /** Ends every session of the account, in all protocols; answers how many were live. */
  async revokeAll(call: RequestContext, accountId: string): Promise<number> {
    const account = ofAccount(accountId);
    const { ended, effects } = endedBy('sessions_revoked', call, raiseStamp(call, account));
    const audited = audit(call, 'session.end', recordedAs(REVOKED, account, { session: false }));
    const row = await this.database.row(statement(liveAmong(call, ended), ...effects, audited));
    return row?.sessions ?? 0;
  }
}
