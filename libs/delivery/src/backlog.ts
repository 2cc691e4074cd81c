import { part, sql } from '@app/database';

/** What waits to be handed over, be it for a worker, for the next try or for the end of a hand-over. */
export interface Backlog {
  messages: number;
  /** Age of the one that has waited longest; 0 when none waits. */
  oldestSeconds: number;
}

export interface Queued {
  messages: string;
  oldest: Date | null;
}

/** What is in the queue: its length, and since when the first of it waits. */
export const queued = part<Queued>(
  'queued',
  sql`SELECT count(*) AS messages, min(created_at) AS oldest FROM messages WHERE state = 'queued'`,
);

export function asOf(now: Date, row: Queued | undefined): Backlog {
  const oldestMs = row?.oldest ? now.getTime() - row.oldest.getTime() : 0;
  return { messages: Number(row?.messages ?? 0), oldestSeconds: Math.max(0, Math.floor(oldestMs / 1000)) };
}
