import { rmSync } from 'node:fs';
import { ensureBuilt } from './ensure-built.mjs';
import { jest } from './jest.mjs';

// Runs all tests, and writes down every statement that they have seen.
const FOLDER = '.statements';

await ensureBuilt();
rmSync(FOLDER, { recursive: true, force: true });
jest(['--config', 'jest.suites.config.mjs', ...process.argv.slice(2)], { COUNTERSIGN_STATEMENTS: FOLDER });
process.argv.splice(2, Infinity, FOLDER);
await import('./statements.mjs');
