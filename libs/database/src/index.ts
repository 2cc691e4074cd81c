export { withAdvisoryLock } from './advisory-lock.js';
export { Database } from './database.js';
export { DatabaseModule } from './database.module.js';
export { migrate } from './migrate.js';
export { migrations } from './migrations/index.js';
export { SqlState, violatedConstraint } from './sql-state.js';
export { isCurrent } from './security-stamp.js';
export { statement, together, type Parts } from './statement.js';
export { attachEmbeddedPostgres } from './embedded-postgres/attach.js';
export { EmbeddedPostgresError } from './embedded-postgres/embedded-postgres-error.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres/embedded-postgres.js';
export { rowsUnderLock } from './rows-under-lock.js';
