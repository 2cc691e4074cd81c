import pg from 'pg';

const DEADLOCK = '40P01';

/** A database of one contender, which can be set back to how it was when it was saved. */
export class BenchDatabase {
  private constructor(
    readonly url: string,
    private readonly client: pg.Client,
    private readonly remove: () => Promise<void>,
  ) {}

  static async open(url: string, remove: () => Promise<void>): Promise<BenchDatabase> {
    const client = new pg.Client({ connectionString: url });
    // The end of the server would end the bench before it could say what went wrong.
    client.on('error', () => undefined);
    await client.connect();
    return new BenchDatabase(url, client, remove);
  }

  async query<Row extends object = object>(text: string, values?: unknown[]): Promise<Row[]> {
    return (await this.client.query<Row>(text, values)).rows;
  }

  /** Keeps a copy of all tables beside them. */
  async save(): Promise<void> {
    await this.query('DROP SCHEMA IF EXISTS saved CASCADE');
    await this.query('CREATE SCHEMA saved');
    for (const table of await this.tables('public'))
      await this.query(`CREATE TABLE saved.${table} AS TABLE public.${table}`);
  }

  /**
   * Every round begins with the same rows in new files, with fresh statistics and nothing left to write out: what the round before
   * has left is no burden of the next one's.
   */
  async restore(): Promise<void> {
    const tables = await this.tables('saved');
    // What the service does beside its requests, such as a look at the queue, may hold tables in another order.
    while (!(await this.refilled(tables))) await this.query('ROLLBACK');
    await this.query('VACUUM ANALYZE');
    await this.query('CHECKPOINT');
  }

  /** Whether the rows are as they were saved: not if the database ended this for the sake of another transaction. */
  private async refilled(tables: string[]): Promise<boolean> {
    try {
      await this.refill(tables);
      return true;
    } catch (error) {
      if ((error as pg.DatabaseError).code === DEADLOCK) return false;
      throw error;
    }
  }

  private async refill(tables: string[]): Promise<void> {
    await this.query('BEGIN');
    // Triggers and foreign keys were satisfied when the rows were written first.
    await this.query('SET LOCAL session_replication_role = replica');
    await this.query(`TRUNCATE ${tables.map((table) => `public.${table}`).join(', ')}`);
    for (const table of tables) await this.query(`INSERT INTO public.${table} TABLE saved.${table}`);
    await this.query('COMMIT');
  }

  private async tables(schema: string): Promise<string[]> {
    const rows = await this.query<{ name: string }>(
      `SELECT format('%I', relname) AS name FROM pg_class
       WHERE relnamespace = $1::regnamespace AND relkind = 'r' ORDER BY relname`,
      [schema],
    );
    return rows.map(({ name }) => name);
  }

  /** Leaves the database, for others to copy. */
  async close(): Promise<void> {
    await this.client.end();
  }

  async drop(): Promise<void> {
    await this.client.end();
    await this.remove();
  }
}
