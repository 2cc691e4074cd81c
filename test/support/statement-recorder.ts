import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, Database, type Query } from '@app/database';

/** Statements of the product: those of the tests have the names of their files and helpers. */
const OF_TESTS = /\.spec$|^Test[A-Z]|^Asker\.|^(given|rows|Object)\b/;

/** Each statement that the service runs while it is on, by its text. */
export class StatementRecorder {
  on = false;
  private readonly builders = new Map<string, string>();

  constructor() {
    const note = (query: Query) => this.note(query);
    const { rows, rowsUnderLock } = Database.prototype;
    Database.prototype.rows = function recorded<Row extends object>(this: Database, query: Query<Row>) {
      note(query);
      return rows.call(this, query) as Promise<Row[]>;
    };
    Database.prototype.rowsUnderLock = function recorded<Row extends object>(
      this: Database,
      lock: Query,
      query: Query<Row>,
    ) {
      note(lock);
      note(query);
      return rowsUnderLock.call(this, lock, query) as Promise<Row[]>;
    };
  }

  /** Writes them down for `scripts/statements.mjs`. */
  write(folder: string, name: string): void {
    mkdirSync(folder, { recursive: true });
    const statements = [...this.builders].map(([text, builder]) => ({ builder, text }));
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(statements));
  }

  private note(query: Query): void {
    if (!this.on) return;
    const { text, builder } = compile(query);
    if (!OF_TESTS.test(builder)) this.builders.set(text, builder);
  }
}
