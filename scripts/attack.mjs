import { ensureBuilt } from './ensure-built.mjs';

// The cases are those of the tests, built with everything else.
await ensureBuilt();
await import('../dist/test/attack/main.js');
