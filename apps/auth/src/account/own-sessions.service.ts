import { Injectable } from '@nestjs/common';
import { raiseStamp, type OfAccount } from '@app/accounts';
import { audit, recordedAs, type Recorded } from '@app/audit';
import { Database, part, type Part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import {
  endOwnSession,
  ownSessions,
  sessionOfToken,
  type OwnSession,
  type TokenSession,
} from '@app/sessions';
import { endedBy, sessionAndAccount } from '@app/sign-in';

/** The sign-ins of an account, in all protocols, as its owner sees and ends them. */
@Injectable()
export class OwnSessionsService {
  constructor(private readonly database: Database) {}

  /** Newest last. */
  async list(call: RequestContext, sessionId: string): Promise<OwnSession[]> {
    return this.database.rows(statement(ownSessions(call, signedIn(sessionOfToken(call, sessionId)))));
  }

  /**
   * Ends one of them, the own one too.
   *
   * @throws AuthError `session_not_found` when the caller's has ended, `invalid_parameters` when there is none of this id
   */
  async end(call: RequestContext, sessionId: string, id: string): Promise<void> {
    const asking = signedIn(sessionAndAccount(call, sessionId));
    const ended = endOwnSession('signed_out_here', call, id, asking);
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT CASE WHEN e.session_id IS NULL THEN 'absent' ELSE 'ended' END AS outcome, s.account_id,
          coalesce(e.session_id, s.session_id) AS session_id, NULL::bigint AS attempt_id
        FROM ${asking} s LEFT JOIN ${ended} e ON true`,
    );
    const row = await this.database.row(statement(verdict, audit(call, 'session.end', verdict)));
    if (!row) throw new AuthError('session_not_found');
    if (row.outcome === 'absent') {
      const parameters = [{ parameter: 'id', error: 'id names no sign-in of this account' }];
      throw new AuthError('invalid_parameters', { parameters });
    }
  }

  /** Ends all but the own one, and whatever else was begun for the account. */
  async endOthers(call: RequestContext, sessionId: string): Promise<void> {
    const asking = signedIn(sessionAndAccount(call, sessionId));
    const raised = raiseStamp(call, asking);
    const { effects } = endedBy('signed_out_elsewhere', call, raised, { own: sessionId });
    const audited = audit(call, 'session.end', recordedAs('ended_others', asking));
    if (!(await this.database.row(statement(asking, ...effects, audited))))
      throw new AuthError('session_not_found');
  }
}

/** One that waits for its second factor sees no other and ends none: its holder may have only the password. */
function signedIn(session: Part<TokenSession>): Part<TokenSession & OfAccount> {
  return part('signed_in', sql`SELECT * FROM ${session} WHERE stage = 'signed_in'`);
}
