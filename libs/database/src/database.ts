import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Pool } from 'pg';
import type { Sql } from 'sql-template-tag';
import { DataSource } from 'typeorm';
import { errorCode, isOutOfReach, SqlState } from './sql-state.js';

const REPEATABLE: readonly (string | undefined)[] = [
  SqlState.deadlockDetected,
  SqlState.serializationFailure,
];

/**
 * Runs statements on the pool beneath TypeORM, as named prepared statements: Postgres parses and plans each text
 * once a connection (twice as fast, and TypeORM never names any).
 */
@Injectable()
export class Database {
  private readonly names = new Map<string, string>();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * The rows of one statement. A deadlock victim is run again, which is safe because a statement is all or nothing.
   * A database out of reach is `AuthError('database_unavailable')`.
   */
  async rows<Row extends object = object>(query: Sql): Promise<Row[]> {
    const text = query.text;
    const prepared = { name: this.nameOf(text), text, values: query.values };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.pool.query(prepared)).rows as Row[];
      } catch (error) {
        if (REPEATABLE.includes(errorCode(error)) && attempt < 3) continue;
        if (isOutOfReach(error)) throw new AuthError('database_unavailable', {}, { cause: error });
        throw error;
      }
    }
  }

  /** The first row of a statement, if any. */
  async row<Row extends object = object>(query: Sql): Promise<Row | undefined> {
    return (await this.rows<Row>(query))[0];
  }

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  private nameOf(text: string): string {
    let name = this.names.get(text);
    if (!name) {
      name = createHash('sha256').update(text).digest('hex').slice(0, 24);
      this.names.set(text, name);
    }
    return name;
  }
}
