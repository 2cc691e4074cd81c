import { endWithParent } from './end-with-parent.mjs';
import { ensureBuilt } from './ensure-built.mjs';
import { loadEnvironment } from './load-environment.mjs';

// Whatever the build says goes to standard error: standard output is the command's answer.
endWithParent();
await ensureBuilt();
loadEnvironment();
await import('../dist/cli.mjs');
