import { endWithParent } from './end-with-parent.mjs';
import { ensureBuilt } from './ensure-built.mjs';
import { loadEnvironment } from './load-environment.mjs';

// In this process and not in a child: signals and the exit code need no passing on.
endWithParent();
await ensureBuilt();
loadEnvironment();
await import('../dist/auth.mjs');
