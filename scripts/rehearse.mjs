import { ensureBuilt } from './ensure-built.mjs';

await ensureBuilt();
await import('../dist/bench/src/rehearsal/main.js');
