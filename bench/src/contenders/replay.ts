import pg from 'pg';
import { answerCalls } from '../processes/calls.js';
import type { Recording, RecordedStatement } from '../processes/probe.js';

/** Connections of the floor: as many as the product has. */
const POOL_SIZE = 10;

/** What every request of the floor answers: the rows of its last statement would be another service's business to present. */
export interface ReplayAnswer {
  success: true;
  rows: number;
}

/**
 * Runs what the product asked of Postgres for the same request: the same texts under the same names, with the same values. Nothing
 * is computed but that, so it is the least that a service on these statements can cost.
 */
export class Replay {
  private requests: Recording = new Map();
  private readonly pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: POOL_SIZE });

  constructor() {
    answerCalls({ load: (recording: Recording) => void (this.requests = recording) });
  }

  /** @throws when nobody has recorded a request of this number */
  async run(number: number): Promise<ReplayAnswer> {
    const statements = this.requests.get(number);
    if (!statements) throw new Error(`request ${number} was not recorded`);
    const isTransaction = statements.some(({ text }) => text === 'BEGIN');
    const rows = isTransaction ? await this.onOneConnection(statements) : await inTurn(this.pool, statements);
    return { success: true, rows };
  }

  private async onOneConnection(statements: RecordedStatement[]): Promise<number> {
    const client = await this.pool.connect();
    try {
      return await inTurn(client, statements);
    } finally {
      client.release();
    }
  }
}

async function inTurn(on: pg.Pool | pg.PoolClient, statements: RecordedStatement[]): Promise<number> {
  let rows = 0;
  for (const { name, text, values } of statements)
    rows = (await on.query({ name, text, values })).rowCount ?? 0;
  return rows;
}
