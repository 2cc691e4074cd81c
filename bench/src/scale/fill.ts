import type { BenchDatabase } from '../processes/bench-database.js';

/** Rows of one statement: few enough that the bar moves. */
const BATCH = 50_000;
/** Ids that neither the people of an operation nor the product's own, which begin with the time, can have. */
export const FIRST = 1_000_000_000;

/** What an account leaves behind: a session that has ended, an attempt that is over, its mail, and what the audit log says of it. */
const TABLES = [
  `INSERT INTO accounts (id, email, password_hash, second_factor, activated_at, created_at, updated_at)
   SELECT n, 'past' || n || '@example.com', 'hash', 'email', at, at, at FROM rows`,
  `INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at, signed_in_at,
     expires_at, ended_at, end_reason)
   SELECT n, n, 'navixy', 'signed_in', 'past' || md5(n::text), '[{"method":"pwd"}]', '192.0.2.1', 'agent', at, at,
     at + interval '30 days', at + interval '1 hour', 'logout' FROM rows`,
  `INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash, status,
     tries_left, created_at, expires_at, closed_at)
   SELECT n, 'second_factor', 'second', 'code', 'email', 'navixy', n::text, n, n, 'past', md5(n::text), 'consumed', 5,
     at, at + interval '5 minutes', at FROM rows`,
  `INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, state, next_try_at, created_at,
     expires_at, ended_at)
   SELECT n, n, n, 'email', 'sign_in_code', 'past' || n || '@example.com', 'en', 'sent', at, at, at + interval '5 minutes', at
   FROM rows`,
  `INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id)
   SELECT n, at, 'code.verify', 'redeemed', 'navixy', n, n, n FROM rows`,
];

/** A past: this many accounts, each with what it has left behind in the last hours, so that nothing of it is due to be purged. */
export async function fill(
  database: BenchDatabase,
  count: number,
  progress: (done: number) => void,
): Promise<void> {
  for (let done = 0; done < count; done += BATCH) {
    const last = Math.min(done + BATCH, count) - 1;
    const rows = `WITH rows AS (
      SELECT ${FIRST}::bigint + n AS n, now() - (n % 36000) * interval '1 second' AS at FROM generate_series($1::int, $2::int) n)`;
    for (const insert of TABLES) await database.query(`${rows} ${insert}`, [done, last]);
    progress(last + 1);
  }
  await database.query('VACUUM ANALYZE');
}
