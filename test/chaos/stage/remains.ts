import type { Client } from 'pg';
import type { Remains } from '../journal.js';

const QUERIES = {
  queued: `SELECT count(*)::int AS n FROM messages WHERE state = 'queued'`,
  overtried: `SELECT count(*)::int AS n FROM attempts WHERE tries_left < 0`,
  doubles: `SELECT count(*)::int AS n FROM (SELECT FROM sessions WHERE ended_at IS NULL AND refresh_hash IS NOT NULL
    GROUP BY refresh_hash HAVING count(*) > 1) doubled`,
} as const;

/** What the run has left in the database. `guesses`: what a budget has. */
export async function remainsOf(client: Client, guesses: number): Promise<Remains> {
  const count = async (text: string, values: unknown[] = []) =>
    (await client.query<{ n: number }>(text, values)).rows[0]?.n ?? 0;
  const { rows } = await client.query<{ email: string; sessions: number }>(
    `SELECT a.email, count(*)::int AS sessions FROM sessions s JOIN accounts a ON a.id = s.account_id
     WHERE s.signed_in_at IS NOT NULL GROUP BY a.email`,
  );
  return {
    sessions: Object.fromEntries(rows.map(({ email, sessions }) => [email, sessions])),
    queued: await count(QUERIES.queued),
    overtried: await count(QUERIES.overtried),
    doubles: await count(QUERIES.doubles),
    overspent: await count('SELECT count(*)::int AS n FROM guess_budgets WHERE spent > $1', [guesses]),
  };
}
