import { Injectable } from '@nestjs/common';
import { AttemptsRepository, isLive } from '@app/attempts';
import { Database, sql } from '@app/database';
import type { RequestContext } from '@app/kernel';

/** A mailed link that can still be confirmed, as its page states it. */
export interface LinkView {
  /** Whose tokens it yields. */
  protocol: 'yat' | 'wacht';
  email: string;
  language: string;
  requested_at: Date;
  client_address: string | null;
  user_agent: string | null;
  redirect_url: string | null;
  /** Of the browser session that asked; null where none did. */
  browser_token_hash: string | null;
}

/** Looking at a link changes nothing: mail scanners and previews do it all the time. */
@Injectable()
export class LinkViewService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
  ) {}

  /** Undefined for a link that is unknown, used, ended or expired. */
  async find(call: RequestContext, token: string): Promise<LinkView | undefined> {
    return this.database.row<LinkView>(sql`
      SELECT a.protocol, x.email, x.language, a.created_at AS requested_at, m.redirect_url, b.token_hash AS browser_token_hash,
        m.client_address, m.user_agent
      FROM attempts a JOIN accounts x ON x.id = a.account_id
        LEFT JOIN magic_links m ON m.attempt_id = a.id
        LEFT JOIN browser_sessions b ON b.id = a.browser_session_id
      WHERE ${this.attempts.link(token)} AND a.purpose IN ('magic_link', 'sign_in') AND ${isLive(call)}
        AND x.disabled_at IS NULL AND x.email IS NOT NULL`);
  }
}
