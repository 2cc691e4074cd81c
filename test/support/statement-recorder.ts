import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, Database, type Query } from '@app/database';

/** A frame of the product, beside the lib that runs statements: the tests have some of their own. */
const OF_PRODUCT = /[\\/](apps|libs)[\\/](?!database[\\/])(?!.*\.spec\.)/;

/** Each statement that the service runs while it is on, by its text. */
export class StatementRecorder {
  on = false;
  private readonly builders = new Map<string, string>();

  constructor() {
    const note = (query: Query) => this.note(query);
    const { rows, rowsUnderLock } = Database.prototype;
    // Noted when it has been called: whoever compiles a statement first is who has built it.
    Database.prototype.rows = function recorded<Row extends object>(this: Database, query: Query<Row>) {
      const result = rows.call(this, query) as Promise<Row[]>;
      note(query);
      return result;
    };
    Database.prototype.rowsUnderLock = function recorded<Row extends object>(
      this: Database,
      lock: Query,
      query: Query<Row>,
    ) {
      const result = rowsUnderLock.call(this, lock, query) as Promise<Row[]>;
      note(lock);
      note(query);
      return result;
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
    if (!this.builders.has(text) && OF_PRODUCT.test(new Error().stack ?? ''))
      this.builders.set(text, builder);
  }
}
