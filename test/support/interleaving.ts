import { Client } from 'pg';
import { until } from './until.js';

/** Of the advisory lock behind which statements wait. */
const KEY = 4_711;

/** The rows of an account that statements lock, by what they are. `$1`: its id. */
export const LOCKS = {
  account: 'SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE',
  sessions: 'SELECT FROM sessions WHERE account_id = $1 FOR UPDATE',
  'browser sessions': `
    SELECT FROM browser_sessions WHERE id IN (SELECT browser_session_id FROM browser_attempts WHERE account_id = $1) FOR UPDATE`,
  attempts: 'SELECT FROM attempts WHERE account_id = $1 FOR UPDATE',
  'guess budgets': 'SELECT FROM guess_budgets WHERE subject = $1::bigint::text FOR UPDATE',
  'factor set-up': 'SELECT FROM factor_setups WHERE account_id = $1 FOR UPDATE',
} as const;
export type Lock = keyof typeof LOCKS;

/** Whom each waits for is asked one after the other, so that one that goes on meanwhile seems to wait too: but not so often in a row. */
const SURELY = 5;
const WAITING_FOR_EACH_OTHER = `
  WITH waits AS MATERIALIZED (
    SELECT pid, query, pg_blocking_pids(pid) AS by FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock')
  SELECT a.query FROM waits a JOIN waits b ON b.pid = ANY(a.by) AND a.pid = ANY(b.by)`;
const textOf = ({ query }: { query: string }) => query.replace(/\s+/g, ' ');

/**
 * Two calls that meet in a known order. Every statement that decides something writes an audit row when all its other work is done:
 * a trigger there stops it at the moment at which it has locked, read and written everything and has not committed. One that
 * needs a row which another holds stops there. What is written once a second beside the answers (`request …`) goes on: it is neither.
 */
export class Interleaving {
  private constructor(private readonly client: Client) {}

  static async of(databaseUrl: string): Promise<Interleaving> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(`
      CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared(${KEY}); RETURN NEW; END $$;
      CREATE TRIGGER wait_for_the_test BEFORE INSERT ON audit_events FOR EACH ROW WHEN (NEW.event NOT LIKE 'request%')
        EXECUTE FUNCTION wait_for_the_test()`);
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

  /**
   * Sends `first` while these rows of the account are locked, and `second` once the first waits for them, or has been answered without;
   * lets them go on when the second has come as far. Answers whether they met: whether the first had not been answered when the
   * second was sent. Fails where they then wait for each other: Postgres would end that after a second, and one would begin again.
   */
  async meetAt(
    lock: Lock,
    accountId: string,
    first: () => Promise<unknown>,
    second: () => Promise<unknown>,
  ): Promise<boolean> {
    await this.client.query('BEGIN');
    try {
      await this.client.query(LOCKS[lock], [accountId]);
      const one = sent(first);
      await this.waitingOrAnswered(one);
      const met = !one.answered;
      const other = sent(second);
      await this.waitingOrAnswered(one, other);
      await this.client.query('COMMIT');
      await this.answered(one, other);
      return met;
    } finally {
      await this.client.query('ROLLBACK');
    }
  }

  async end(): Promise<void> {
    await this.client.end();
  }

  private async answered(...calls: Sent[]): Promise<void> {
    let seen = 0;
    let cycle: string | undefined;
    await until(async () => {
      const { rows } = await this.client.query(WAITING_FOR_EACH_OTHER);
      seen = rows.length ? seen + 1 : 0;
      if (seen === SURELY) cycle ??= `two statements wait for each other:\n${rows.map(textOf).join('\n')}`;
      return calls.every(({ answered }) => answered);
    }, 'an answer to each call');
    if (cycle) throw new Error(cycle);
    await Promise.all(calls.map(({ answer }) => answer));
  }

  private async waitingOrAnswered(...calls: Sent[]): Promise<void> {
    await until(async () => {
      const waiting = await this.countWaiting();
      return waiting >= calls.filter(({ answered }) => !answered).length;
    }, 'each call to wait or to be answered');
  }

  private async waiting(count: number): Promise<void> {
    await until(async () => (await this.countWaiting()) >= count, `${count} waiting statements`);
  }

  /** In a transaction the list of connections stays as it was first read: one that a call has opened since would be missing. */
  private async countWaiting(): Promise<number> {
    await this.client.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await this.client.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length;
  }
}

interface Sent {
  answer: Promise<unknown>;
  answered: boolean;
}

function sent(call: () => Promise<unknown>): Sent {
  const one: Sent = { answered: false, answer: Promise.resolve() };
  one.answer = call().finally(() => (one.answered = true));
  one.answer.catch(() => undefined);
  return one;
}
