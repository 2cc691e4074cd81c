import { endWithParent } from './end-with-parent.mjs';
import { ensureBuilt } from './ensure-built.mjs';

endWithParent();
await ensureBuilt();
await import('../dist/bench/src/rehearsal/main.js');
