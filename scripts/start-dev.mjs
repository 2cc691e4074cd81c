import { endWithParent } from './end-with-parent.mjs';

endWithParent();
process.argv.push('start', 'auth', '--watch', '--preserveWatchOutput');
await import('@nestjs/cli/bin/nest.js');
