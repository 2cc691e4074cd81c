import type { ClientBase } from 'pg';

/** What stands between the service and Postgres: nothing that has to be known, or a pooler in transaction mode. */
export type Pooler = 'none' | 'transaction';

/** How much longer than Postgres may take until its answer is here. */
const NETWORK_MS = 1_000;

/**
 * Options of a pool whose statements may take so long; 0: as long as they need. Set on each new connection and not in its start-up
 * packet, which PgBouncer refuses. In transaction mode nothing can be set on a connection: it would be the next client's too. There
 * the driver gives up waiting, and the role has the limit that ends the statement in Postgres (`ALTER ROLE … SET statement_timeout`).
 */
export function patience(pooler: Pooler, milliseconds: number): object {
  if (pooler === 'transaction') return milliseconds ? { query_timeout: milliseconds } : {};
  return {
    // Postgres ends what takes too long by itself. It cannot when the way to it is lost without a word, as in a failover.
    ...(milliseconds && { query_timeout: milliseconds + NETWORK_MS }),
    onConnect: (client: ClientBase) =>
      client.query(
        `SET statement_timeout = ${milliseconds}; SET idle_in_transaction_session_timeout = ${milliseconds}`,
      ),
  };
}
