export { Database } from './database.js';
export { DatabaseModule } from './database.module.js';
export { migrate } from './migrate.js';
export { migrations } from './migrations/index.js';
export { SqlState, violatedConstraint } from './sql-state.js';
export { statement, type Parts } from './statement.js';
