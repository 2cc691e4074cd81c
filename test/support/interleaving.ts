import { Client } from 'pg';
import { until } from './until.js';

/** Of the advisory lock behind which statements wait. */
const KEY = 4_711;

/**
 * Two calls that meet in a known order. Every statement that decides something writes an audit row when all its other work is done:
 * a trigger there stops it at the moment at which it has locked, read and written everything and has not committed. One that
 * needs a row which another holds stops there.
 */
export class Interleaving {
  private constructor(private readonly client: Client) {}

  static async of(databaseUrl: string): Promise<Interleaving> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(`
      CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared(${KEY}); RETURN NEW; END $$;
      CREATE TRIGGER wait_for_the_test BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION wait_for_the_test()`);
    return new Interleaving(client);
  }

  /**
   * Sends `first`, then `second` once the first waits with all its work done and not committed; lets both go on when the second waits
   * too, and answers both.
   */
  async meet<First, Second>(
    first: () => Promise<First>,
    second: () => Promise<Second>,
  ): Promise<[First, Second]> {
    await this.client.query(`SELECT pg_advisory_lock(${KEY})`);
    try {
      const firstAnswer = first();
      await this.waiting(1);
      const secondAnswer = second();
      await this.waiting(2);
      await this.client.query(`SELECT pg_advisory_unlock(${KEY})`);
      return await Promise.all([firstAnswer, secondAnswer]);
    } finally {
      await this.client.query('SELECT pg_advisory_unlock_all()');
    }
  }

  async end(): Promise<void> {
    await this.client.end();
  }

  private async waiting(count: number): Promise<void> {
    await until(async () => {
      const { rows } = await this.client.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length >= count;
    }, `${count} waiting statements`);
  }
}
