import { Client } from 'pg';
import { StatementCounter, type Statement } from './statements.js';
import type { TestApp } from './test-app.js';

/** What a request costs Postgres, whatever the machine. */
export interface Cost {
  /** Statements it sends, `BEGIN` and `COMMIT` included. */
  roundTrips: number;
  /** Records that they write to the write-ahead log: each row and each entry of an index that changes is about one. */
  walRecords: number;
}

/** The first try may also write what others have left to it, such as the pruning of a page; so it is taken again. */
const TRIES = 3;
/** Of the rows and indexes alone: not of the transaction's own end, nor of pages as such. */
const OF_TRANSACTION = `SELECT count(*)::int AS records FROM pg_get_wal_records_info($1, pg_current_wal_flush_lsn())
  WHERE xid = $2::text::xid AND resource_manager NOT IN ('XLOG', 'Transaction', 'LogicalMessage')`;

/**
 * Counts what each request costs. Before a statement runs, Postgres runs it with the same values in a transaction that is rolled back,
 * and its log is read for what that has written (`pg_walinspect`, which comes with Postgres; it asks for a superuser).
 */
export class WalRecords {
  private records = 0;

  private constructor(
    private readonly counter: StatementCounter,
    private readonly client: Client,
  ) {
    counter.ahead = (statement) => this.rehearse(statement);
  }

  static async of(app: TestApp): Promise<WalRecords> {
    const client = new Client({ connectionString: app.databaseUrl });
    await client.connect();
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_walinspect');
    await client.query('SET synchronous_commit = on');
    return new WalRecords(new StatementCounter(app), client);
  }

  /** The cost of the request that `work` sends; one request at a time. */
  async during(work: () => Promise<{ status: number }>): Promise<Cost> {
    this.records = 0;
    const statements = await this.counter.during(async () => {
      const { status } = await work();
      if (status >= 300) throw new Error(`the request was refused: ${status}`);
    });
    return { roundTrips: statements.length, walRecords: this.records };
  }

  async stop(): Promise<void> {
    this.counter.stop();
    await this.client.end();
  }

  private async rehearse({ text, values }: Statement): Promise<void> {
    if (/^(BEGIN|COMMIT|ROLLBACK)$/.test(text)) return;
    let least = Infinity;
    for (let tries = 0; tries < TRIES; tries += 1) least = Math.min(least, await this.written(text, values));
    this.records += least;
  }

  private async written(text: string, values?: unknown[]): Promise<number> {
    await this.client.query('BEGIN');
    const begun = await this.client.query<{ xid: string; lsn: string }>(
      'SELECT pg_current_xact_id()::text AS xid, pg_current_wal_insert_lsn()::text AS lsn',
    );
    await this.client.query(text, values);
    await this.client.query('ROLLBACK');
    // A commit that waits for the disk takes along everything that was written before it.
    await this.client.query(`SELECT pg_logical_emit_message(true, 'costs', '')`);
    const [{ xid, lsn } = { xid: '', lsn: '' }] = begun.rows;
    const { rows } = await this.client.query<{ records: number }>(OF_TRANSACTION, [lsn, xid]);
    return rows[0]?.records ?? 0;
  }
}
