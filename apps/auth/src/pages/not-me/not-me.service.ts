import { Injectable } from '@nestjs/common';
import { closeWithSiblings } from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Database, exists, part, sql, statement } from '@app/database';
import { disownedMessage, referenceOf } from '@app/delivery';
import { KeyRing, type RequestContext } from '@app/kernel';

/** "This wasn't me", as whoever got a message says it. */
@Injectable()
export class NotMeService {
  constructor(
    private readonly database: Database,
    private readonly keyRing: KeyRing,
  ) {}

  /**
   * Ends what the message was about, if it is open still, and records that somebody else had asked for it. Answers whether the message is
   * known; a token that is none costs no look at the database. Said again, it changes nothing.
   */
  async disown(call: RequestContext, token: string): Promise<boolean> {
    const reference = referenceOf(this.keyRing, token);
    if (reference === undefined) return false;
    const message = disownedMessage(call.now, reference);
    const closed = closeWithSiblings(call, message);
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT CASE WHEN EXISTS (SELECT FROM ${closed}) THEN 'ended' ELSE 'over' END AS outcome, m.account_id,
          NULL::bigint AS session_id, m.attempt_id FROM ${message} m WHERE m.first`,
    );
    const row = await this.database.row(
      statement({ known: exists(message) }, closed, audit(call, 'message.disown', verdict)),
    );
    return row?.known ?? false;
  }
}
