import { Injectable, Logger } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { Pooler } from './patience.js';
import { errorCode, isShortage, isUnavailable, SqlState } from './sql-state.js';
import { compile, type Compiled, type Query } from './sql/compile.js';
import { takeTallies } from './sql/tallies.js';
import { StatementError } from './statement-error.js';

const REPEATABLE: readonly (string | undefined)[] = [
  SqlState.deadlockDetected,
  SqlState.serializationFailure,
];
const TRIES = 3;
/** What is told to whoever called while the database is away. A restart takes seconds; many who come back at once would add to it. */
export const RETRY_AFTER_SECONDS = 5;
/** For how long a shortage keeps a replica out of the load balancer: longer than the client waits, so that it meets another one. */
const SHORTAGE_MS = 10_000;
/** Whoever reads slowly holds nothing that others wait for. */
const AT_ONE_MOMENT = `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0`;

/** `by`: the values of the tally's columns, in their order. */
type TallyListener = (times: number, ...by: (string | boolean | null)[]) => void;

/** A statement that has come back: who built it, when it was sent (`performance.now()`), and how many rows it gave, or why none. */
export interface StatementRun {
  builder: string;
  begunAt: number;
  rows?: number;
  sqlState?: string;
}
type StatementListener = (run: StatementRun) => void;

/** What a statement can be run on: the pool, or one connection of it. */
type Runner = Pick<Pool | PoolClient, 'query'>;

/**
 * Runs statements on the pool beneath TypeORM, as named prepared statements: Postgres parses and plans each text
 * once a connection (twice as fast, and TypeORM never names any).
 */
@Injectable()
export class Database {
  private readonly listeners = new Map<string, () => void>();
  private statementListener?: StatementListener;
  private readonly tallyListeners = new Map<string, TallyListener>();
  private readonly logger = new Logger('Statement');
  private shortageAt = -Infinity;

  /**
   * `traced`: whether each statement is to be logged: its builder, rows and milliseconds, and never a value. `pooler`: behind one in
   * transaction mode no statement can be named: the next one may run on a connection that has never seen it.
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly traced = false,
    private readonly pooler: Pooler = 'none',
  ) {}

  /** Has `listener` called whenever a statement with a part of this signal has come back. */
  on(signal: string, listener: () => void): void {
    this.listeners.set(signal, listener);
  }

  /** Has `listener` told how often the event of a `Tally` happened in a statement that has come back, by the values of its columns. */
  onTally(event: string, listener: TallyListener): void {
    this.tallyListeners.set(event, listener);
  }

  /**
   * The rows of one statement. A deadlock's victim is run again, which is safe because a statement is all or nothing.
   *
   * @throws AuthError `database_unavailable` when the database is out of reach or cannot write
   * @throws StatementError when it refuses the statement
   */
  async rows<Row extends object = object>(query: Query<Row>): Promise<Row[]> {
    const compiled = compile(query);
    const rows = await this.repeated(compiled, () => this.run<Row>(this.pool, compiled));
    return this.announced(compiled, rows);
  }

  /** The first row of a statement, if any. */
  async row<Row extends object = object>(query: Query<Row>): Promise<Row | undefined> {
    return (await this.rows(query))[0];
  }

  /**
   * The rows of a statement that begins when `lock`, a statement that locks rows, has got them, in the same transaction:
   * its snapshot then has everything that the lock waited for.
   */
  async rowsUnderLock<Row extends object>(lock: Query, query: Query<Row>): Promise<Row[]> {
    const [first, second] = [compile(lock), compile(query)];
    const rows = await this.repeated(second, () =>
      this.transaction(async (client) => {
        await this.run(client, first);
        return this.run<Row>(client, second);
      }),
    );
    return this.announced(second, rows);
  }

  /**
   * The rows of a statement that reads, in batches of `size`, as they are at one moment however many there are: a cursor of Postgres, which
   * is asked for the next batch when `take` is done with the one before, be it in hours.
   *
   * @throws as `rows`, and whatever `take` throws
   */
  async stream<Row extends object>(
    query: Query<Row>,
    size: number,
    take: (rows: Row[]) => Promise<void>,
  ): Promise<void> {
    const { text, values, builder } = compile(query);
    const asked = <Result>(work: Promise<Result>) =>
      work.catch((error: unknown) => Promise.reject(refusalOf(builder, error)));
    await this.transaction(async (client) => {
      await asked(client.query(AT_ONE_MOMENT));
      await asked(client.query({ text: `DECLARE batches NO SCROLL CURSOR FOR ${text}`, values }));
      for (let came = size; came === size;) {
        const { rows } = await asked(client.query<Row>(`FETCH FORWARD ${size} FROM batches`));
        came = rows.length;
        if (came) await take(rows);
      }
    });
  }

  /** The connections of this process, and how many statements wait for one. */
  get connections(): { busy: number; idle: number; waiting: number; most: number } {
    const { totalCount, idleCount, waitingCount, options } = this.pool;
    return {
      busy: totalCount - idleCount,
      idle: idleCount,
      waiting: waitingCount,
      most: options.max,
    };
  }

  /** Has `listener` told of each statement when it has come back, or failed. Never of a value. */
  onStatement(listener: StatementListener): void {
    this.statementListener = listener;
  }

  private async run<Row extends object>(on: Runner, compiled: Compiled): Promise<Row[]> {
    const listener = this.statementListener;
    if (!listener) return this.send<Row>(on, compiled);
    const { builder } = compiled;
    const begunAt = performance.now();
    try {
      const rows = await this.send<Row>(on, compiled);
      listener({ builder, begunAt, rows: rows.length });
      return rows;
    } catch (error) {
      listener({ builder, begunAt, sqlState: errorCode(error) ?? 'unknown' });
      throw error;
    }
  }

  private async send<Row extends object>(on: Runner, compiled: Compiled): Promise<Row[]> {
    const { name, text, values, builder } = compiled;
    const begun = this.traced ? performance.now() : 0;
    const prepared = this.pooler === 'none' ? name : undefined;
    const { rows } = await on.query<Row>({ name: prepared, text, values });
    if (this.traced)
      this.logger.debug(`${builder}: ${rows.length} rows, ${(performance.now() - begun).toFixed(1)} ms`);
    return rows;
  }

  private async transaction<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    // A connection may break between two statements, where nothing waits for it: unheard, that would end the process.
    const heard = (error: Error) => (broken = error);
    client.on('error', heard);
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // A connection that cannot roll back is none to be used again.
      await client.query('ROLLBACK').catch(heard);
      // Nor is one to a database that cannot write: the next one may lead to the one that can.
      if (isUnavailable(error)) heard(error as Error);
      throw error;
    } finally {
      client.off('error', heard);
      client.release(broken);
    }
  }

  /** The rows of a statement that is done, when whoever listens has heard of it. */
  private announced<Row extends object>({ signals, isTallied }: Compiled, came: Row[]): Row[] {
    for (const signal of signals) this.listeners.get(signal)?.();
    if (!isTallied) return came;
    const { rows, counts } = takeTallies(came);
    for (const [event, times, ...by] of counts) this.tallyListeners.get(event)?.(times, ...by);
    return rows;
  }

  /**
   * Whether it has refused something for want of disk, memory or connections in the last seconds. What is cheap to ask may still have
   * room: only what was refused tells.
   */
  get isShort(): boolean {
    return performance.now() - this.shortageAt < SHORTAGE_MS;
  }

  private async repeated<Result>(compiled: Compiled, work: () => Promise<Result>): Promise<Result> {
    try {
      return await repeated(compiled, work);
    } catch (error) {
      if (isShortage((error as Error).cause)) this.shortageAt = performance.now();
      throw error;
    }
  }

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}

async function repeated<Result>({ builder }: Compiled, work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (REPEATABLE.includes(errorCode(error)) && tries < TRIES) continue;
      throw refusalOf(builder, error);
    }
  }
}

function refusalOf(builder: string, error: unknown): Error {
  if (!isUnavailable(error)) return new StatementError(builder, error);
  // What Postgres says may quote values; what the driver says of a connection does not.
  const cause = error instanceof DatabaseError ? new StatementError(builder, error) : error;
  return new AuthError('database_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS }, { cause });
}
