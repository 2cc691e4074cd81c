import { Injectable } from '@nestjs/common';
import { activate, holdAlone, KNOWN_COLUMNS, type KnownAccount } from '@app/accounts';
import { AttemptsRepository, isAllowed, MAILED_KEYS } from '@app/attempts';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { normaliseIdentifier, type Call } from '@app/kernel';
import { endPendingBegunBy } from '@app/sessions';
import type { MailedKeyProof } from './credentials.js';
import type { Proven, Refused } from './proof.js';

interface Found extends KnownAccount {
  attempt_id: string;
  invited: boolean;
  state: 'open' | 'expired' | 'consumed' | 'superseded' | 'exhausted';
}

/**
 * A key that we mailed. It is good for one session: clients that are asked for a code send it once more with the code, so it
 * is spent by the session and not by the first step.
 */
@Injectable()
export class DocspaceMailedKey {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
  ) {}

  async prove(call: Call, { key, email, first = true }: MailedKeyProof): Promise<Proven | Refused> {
    const event = 'mailed_key';
    const found = await this.find(call, key);
    const accountId = found?.id ?? null;
    if (!found || found.state !== 'open')
      return { refused: 'credentials_wrong', outcome: found?.state ?? 'absent', event, accountId };
    if (email && normaliseIdentifier(email).value !== found.email)
      return { refused: 'credentials_wrong', outcome: 'other_address', event, accountId };
    const taken = first && !found.activated_at && found.invited;
    const account = taken ? { ...found, activated_at: call.now } : found;
    return {
      account,
      method: 'email',
      event,
      hold: (name) => this.hold(call, key, account, name),
      also: taken ? { activated: activate(call, 'held') } : {},
      spent: {
        key_spent: this.attempts.spendLinks(call, MAILED_KEYS, key, 'session'),
        overtaken: endPendingBegunBy(call, 'email', 'session'),
      },
      attempt: sql`SELECT ${found.attempt_id}::bigint AS id`,
    };
  }

  /** The account first, as everywhere, and alone: the session that comes of it ends the others that the key has begun. */
  private hold(call: Call, key: string, account: KnownAccount, name: string): Parts {
    return {
      keyed: holdAlone(account),
      [name]: this.attempts.holdLink(call, MAILED_KEYS, key, 'keyed'),
    };
  }

  private async find({ now, protocol }: Call, key: string): Promise<Found | undefined> {
    const parts = {
      mailed: sql`
        SELECT a.id AS attempt_id, a.account_id,
          CASE WHEN a.status = 'open' AND a.expires_at <= ${now}::timestamptz THEN 'expired'
            WHEN a.status = 'open' AND NOT ${isAllowed('a')} THEN 'superseded' ELSE a.status END AS state
        FROM attempts a WHERE ${this.attempts.link(key)} AND a.purpose = ANY(${MAILED_KEYS}::text[]) AND a.protocol = ${protocol}`,
    };
    const answer = sql`
      SELECT ${KNOWN_COLUMNS}, a.invited_at IS NOT NULL AS invited, m.attempt_id, m.state FROM mailed m JOIN accounts a ON a.id = m.account_id`;
    return this.database.row<Found>(statementOf(parts, answer));
  }
}
