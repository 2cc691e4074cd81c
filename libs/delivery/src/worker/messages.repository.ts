import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { Database, sql } from '@app/database';
import { plusSeconds } from '@app/kernel';
import type { ClaimedMessage, HandOverVerdict } from '../message.js';
import { retryDelaySeconds } from './retry-delay.js';

/**
 * What the column holds. Counting on from 1 still gives the next owner another number; an overflow would fail the claim of every
 * message, for ever.
 */
const MOST_TRIES = 32_767;

type ClaimedRow = ClaimedMessage & { state: 'queued' | 'expired' };

/** What one look at the table brought: messages to hand over, and those that had died waiting. */
export interface Claim {
  due: ClaimedMessage[];
  expired: ClaimedMessage[];
}

/** The rows of `messages` as the workers of all replicas see them. */
@Injectable()
export class MessagesRepository {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /**
   * Takes up to `limit` rows that are due, each for the length of a lease; rows another worker is looking at are
   * passed over, those of a worker whose lease ran out are taken over. Rows that have expired end here, unsent, and
   * their facts are erased. `inFlight`: ids this process is still busy with, whatever their lease says.
   */
  async claim(now: Date, limit: number, inFlight: string[]): Promise<Claim> {
    const leasedUntil = plusSeconds(now, this.config.delivery.leaseSeconds);
    const rows = await this.database.rows<ClaimedRow>(sql`
      WITH due AS MATERIALIZED (
        SELECT id, expires_at <= ${now}::timestamptz AS dead FROM messages
        WHERE state = 'queued' AND next_try_at <= ${now}::timestamptz
          AND (leased_until IS NULL OR leased_until <= ${now}::timestamptz)
          AND id <> ALL(${inFlight}::bigint[])
        ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )
      UPDATE messages m SET
        tries = CASE WHEN dead THEN tries ELSE tries % ${MOST_TRIES}::smallint + 1 END,
        leased_until = CASE WHEN dead THEN NULL ELSE ${leasedUntil}::timestamptz END,
        state = CASE WHEN dead THEN 'expired' ELSE state END,
        ended_at = CASE WHEN dead THEN ${now}::timestamptz END,
        facts_sealed = CASE WHEN dead THEN NULL ELSE facts_sealed END
      FROM due WHERE m.id = due.id
      RETURNING m.id, channel, template, recipient, language, facts_sealed AS "factsSealed", tries,
        expires_at AS "expiresAt", state`);
    return {
      due: rows.filter((row) => row.state === 'queued'),
      expired: rows.filter((row) => row.state === 'expired'),
    };
  }

  /**
   * Writes down how a hand-over ended: for good (and erases the facts), or until the next try, which is never later
   * than the message's end. False when the row has another owner by now, or has ended: their word stands.
   */
  async settle({ id, tries }: ClaimedMessage, verdict: HandOverVerdict, now: Date): Promise<boolean> {
    const ended = verdict.outcome !== 'retry';
    const nextTryAt = ended ? now : plusSeconds(now, retryDelaySeconds(tries));
    const settled = await this.database.row<{ id: string }>(sql`
      UPDATE messages SET
        state = ${ended ? verdict.outcome : 'queued'},
        ended_at = ${ended ? now : null}::timestamptz,
        facts_sealed = CASE WHEN ${ended}::boolean THEN NULL ELSE facts_sealed END,
        leased_until = NULL,
        next_try_at = LEAST(${nextTryAt}::timestamptz, expires_at),
        last_error = COALESCE(${verdict.outcome === 'sent' ? null : verdict.reason}::text, last_error)
      WHERE id = ${id}::bigint AND tries = ${tries}::smallint AND state = 'queued'
      RETURNING id`);
    return settled !== undefined;
  }
}
