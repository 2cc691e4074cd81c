import { Injectable, Optional } from '@nestjs/common';
import { Config } from '@app/config';
import { Database, sql, type Sql } from '@app/database';
import { plusSeconds } from '@app/kernel';
import type { Channel, ClaimedMessage } from '../message.js';
import { MessageOrganisations } from '../message-organisations.js';
import { OvertakenMessages } from '../overtaken.js';
import { entryOf } from './hand-over-entry.js';
import type { Ended } from './recorder.js';

/**
 * What the column holds. Counting on from 1 still gives the next owner another number; an overflow would fail the claim of every
 * message, for ever.
 */
const MOST_TRIES = 32_767;
/** Tries that a row remembers. */
const REMEMBERED = 10;
/** Rows that end in one statement because their time is over. */
const EXPIRED_BATCH = 500;

/** A row that ended while it waited. */
export interface DeadMessage extends ClaimedMessage {
  state: 'expired' | 'discarded';
}
type ClaimedRow = ClaimedMessage & { state: 'queued' | DeadMessage['state'] };

/** What one look at the table brought: messages to hand over, and those that had died waiting. */
export interface Claim {
  due: ClaimedMessage[];
  dead: DeadMessage[];
}

/** Which rows of a channel a provider takes. */
export interface Place {
  channel: Channel;
  provider: string;
  /** Whether it takes what nobody is named for, or somebody who is not among `others`. */
  takesAny: boolean;
  /** The other providers of the channel that take what is theirs. */
  others: string[];
}

/** The rows of `messages` as the workers of all replicas see them. */
@Injectable()
export class MessagesRepository {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    @Optional() private readonly overtaken?: OvertakenMessages,
    @Optional() private readonly organisations?: MessageOrganisations,
  ) {}

  /**
   * Takes up to `limit` rows of the place that are due, each for the length of a lease: what carries a secret first, and of that what ends
   * first. Rows another worker is looking at are passed over, those of a worker whose lease ran out are taken over. Rows that have expired
   * or were overtaken end here, unsent, and their facts are erased. `busy`: ids this process has not finished with, whatever their lease
   * says.
   */
  async claim(now: Date, { channel, ...place }: Place, limit: number, busy: string[]): Promise<Claim> {
    return this.take(now, channel, mine(place), limit, busy);
  }

  /** Ends what has died waiting in the channel, where nobody takes anything for now: its secrets must not outlive it. */
  async bury(now: Date, channel: Channel, busy: string[]): Promise<DeadMessage[]> {
    const expired = sql`m.expires_at <= ${now}::timestamptz`;
    return (await this.take(now, channel, expired, EXPIRED_BATCH, busy)).dead;
  }

  private async take(now: Date, channel: Channel, which: Sql, limit: number, busy: string[]): Promise<Claim> {
    const leasedUntil = plusSeconds(now, this.config.delivery.leaseSeconds);
    const rows = await this.database.rows<ClaimedRow>(sql`
      WITH due AS MATERIALIZED (
        SELECT m.id, CASE WHEN m.expires_at <= ${now}::timestamptz THEN 'expired'
          WHEN ${this.overtaken?.condition() ?? sql`false`} THEN 'discarded' END AS death
        FROM messages m
        WHERE m.state = 'queued' AND m.channel = ${channel} AND m.next_try_at <= ${now}::timestamptz
          AND (m.leased_until IS NULL OR m.leased_until <= ${now}::timestamptz)
          AND ${which} AND m.id <> ALL(${busy}::bigint[])
        ORDER BY m.notice, m.expires_at LIMIT ${limit} FOR UPDATE OF m SKIP LOCKED
      )
      UPDATE messages m SET
        tries = CASE WHEN death IS NULL THEN tries % ${MOST_TRIES}::smallint + 1 ELSE tries END,
        leased_until = CASE WHEN death IS NULL THEN ${leasedUntil}::timestamptz END,
        state = COALESCE(death, state),
        ended_at = CASE WHEN death IS NOT NULL THEN ${now}::timestamptz END,
        facts_sealed = CASE WHEN death IS NULL THEN facts_sealed END
      FROM due WHERE m.id = due.id
      RETURNING m.id, m.reference, channel, template, recipient, language, ${this.organisations?.organisation() ?? sql`NULL::text`} AS organisation, facts_sealed AS "factsSealed", tries,
        created_at AS "createdAt", expires_at AS "expiresAt", state`);
    return {
      due: rows.filter(({ state }) => state === 'queued').sort(byEnd),
      dead: rows.filter((row): row is DeadMessage => row.state !== 'queued'),
    };
  }

  /**
   * Writes down how hand-overs ended: for good (and erases the facts), or until the next try, which is never later than the message's
   * end. Answers the ids of those that it did; the others have another owner by now, or have ended: their word stands.
   */
  async settle(batch: Ended[], now: Date): Promise<ReadonlySet<string>> {
    const rows = batch.map((ended) => ({
      id: ended.message.id,
      tries: ended.message.tries,
      state: ended.verdict.outcome === 'retry' ? 'queued' : ended.verdict.outcome,
      next_try_at: ended.nextTryAt,
      next_provider: ended.nextProvider ?? null,
      provider: ended.provider || null,
      provider_id: ('providerId' in ended.verdict && ended.verdict.providerId) || null,
      reason: 'reason' in ended.verdict ? ended.verdict.reason : null,
      entry: entryOf(ended),
    }));
    const settled = await this.database.rows<{ id: string }>(sql`
      UPDATE messages m SET
        state = v.state,
        ended_at = CASE WHEN v.state <> 'queued' THEN ${now}::timestamptz END,
        facts_sealed = CASE WHEN v.state = 'queued' THEN facts_sealed END,
        leased_until = NULL,
        next_try_at = LEAST(v.next_try_at, expires_at),
        next_provider = v.next_provider,
        provider = COALESCE(v.provider, m.provider),
        provider_id = COALESCE(v.provider_id, m.provider_id),
        last_error = COALESCE(v.reason, last_error),
        hand_overs = CASE WHEN jsonb_array_length(hand_overs) < ${REMEMBERED}::int THEN hand_overs ELSE hand_overs - 0 END || v.entry
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS v(id bigint, tries smallint, state text, next_try_at timestamptz,
        next_provider text, provider text, provider_id text, reason text, entry jsonb)
      WHERE m.id = v.id AND m.tries = v.tries AND m.state = 'queued'
      RETURNING m.id`);
    return new Set(settled.map(({ id }) => id));
  }
}

function mine({ provider, takesAny, others }: Omit<Place, 'channel'>): Sql {
  return sql`(m.next_provider = ${provider}
    OR (${takesAny}::boolean AND (m.next_provider IS NULL OR m.next_provider <> ALL(${others}::text[]))))`;
}

const byEnd = (one: ClaimedMessage, other: ClaimedMessage) =>
  one.expiresAt.getTime() - other.expiresAt.getTime();
