import { endWithParent } from './end-with-parent.mjs';
import { ensureBuilt } from './ensure-built.mjs';

// The cases are those of the tests, built with everything else.
endWithParent();
await ensureBuilt();
await import('../dist/test/attack/main.js');
