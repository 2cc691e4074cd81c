export { withAdvisoryLock } from './advisory-lock.js';
export { Database, RETRY_AFTER_SECONDS, type StatementRun } from './database.js';
export { DatabaseModule } from './database.module.js';
export { patience, type Pooler } from './patience.js';
export { migrate, type MigrationOptions } from './migrate.js';
export { migrations } from './migrations/index.js';
export { StatementError } from './statement-error.js';
export { decisionOn, SqlState, violatedConstraint } from './sql-state.js';
export { resealedRows, type Resting, type SealedRow, type SealedRows } from './sealed-rows.js';
export { onConnection } from './on-connection.js';
export { isCurrent } from './security-stamp.js';
export { after, Column, exists, of, ofOne, part, Part, type Tally } from './sql/part.js';
export { empty, join, raw, sql, Sql } from './sql/sql.js';
export { statement, Statement, type Answer, type Effect } from './sql/statement.js';
export { compile, type Query } from './sql/compile.js';
export { attachEmbeddedPostgres } from './embedded-postgres/attach.js';
export { EmbeddedPostgresError } from './embedded-postgres/embedded-postgres-error.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres/embedded-postgres.js';
