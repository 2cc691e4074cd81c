import { Injectable } from '@nestjs/common';
import { countDisowned, type Guarded, type OfAccount } from '@app/accounts';
import { closeWithSiblings } from '@app/attempts';
import { audit, recordedAs, type Recorded } from '@app/audit';
import { after, Database, exists, part, sql, statement } from '@app/database';
import { disownedMessage, referenceOf, type DisownedMessage } from '@app/delivery';
import { KeyRing, type RequestContext } from '@app/kernel';

/** "This wasn't me", as whoever got a message says it. */
@Injectable()
export class NotMeService {
  constructor(
    private readonly database: Database,
    private readonly keyRing: KeyRing,
  ) {}

  /**
   * Ends what the message was about, if it is open still, and records that somebody else had asked for it. Said of the third message in a
   * day, it guards the account as well. Answers what came of it; a token that is none costs no look at the database. Said again, it changes
   * nothing.
   */
  async disown(call: RequestContext, token: string): Promise<'unknown' | 'done' | 'guarded'> {
    const reference = referenceOf(this.keyRing, token);
    if (reference === undefined) return 'unknown';
    const message = disownedMessage(call.now, reference);
    const news = part<OfAccount>('news', sql`SELECT account_id FROM ${message} WHERE first`);
    const counted = countDisowned(call, news);
    // The account is locked before its attempts, as everywhere.
    const about = part<DisownedMessage>(
      'about',
      sql`SELECT m.* FROM ${message} m CROSS JOIN ${after(counted)}`,
    );
    const closed = closeWithSiblings(call, about);
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT CASE WHEN EXISTS (SELECT FROM ${closed}) THEN 'ended' ELSE 'over' END AS outcome, m.account_id,
          NULL::bigint AS session_id, m.attempt_id FROM ${message} m WHERE m.first`,
    );
    const guarded = part<Guarded>(
      'guarded_now',
      sql`SELECT * FROM ${counted} WHERE guarded_until > ${call.now}::timestamptz`,
    );
    const row = await this.database.row(
      statement(
        { known: exists(message), guarded: exists(guarded) },
        closed,
        audit(call, 'message.disown', verdict),
        audit(call, 'account.guard', recordedAs('guarded', guarded, { session: false })),
      ),
    );
    if (!row?.known) return 'unknown';
    return row.guarded ? 'guarded' : 'done';
  }
}
