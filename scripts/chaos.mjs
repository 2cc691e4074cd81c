import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endWithParent } from './end-with-parent.mjs';

const HELP = `npm run chaos -- [options]

Three processes of the service and a Postgres under mixed traffic of all protocols, while processes are killed and stopped, Postgres is
restarted and killed, the mail server comes and goes, keys rotate and a migration runs. Says at the end what that has proven.

  --seconds <n>   how long faults begin (default 300); the run ends when what is under way is done
  --seed <n>      decides which faults come in which order (default: another one each time, printed first)
  --help

Everything else is passed on to Jest. Exit code 1: something was violated. The journal is in .chaos/journal.json.`;

const { values, tokens } = parseArgs({
  strict: false,
  tokens: true,
  options: {
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
for (const name of ['seconds', 'seed'])
  if (values[name] !== undefined && !/^\d{1,6}$/.test(values[name])) {
    process.stderr.write(`--${name} has to be a whole number\n\n${HELP}\n`);
    process.exit(2);
  }
const own = ['seconds', 'seed'];
const rest = tokens.flatMap((each) => {
  if (each.kind !== 'option') return each.kind === 'positional' ? [each.value] : [];
  return own.includes(each.name) ? [] : [each.inlineValue ? `${each.rawName}=${each.value}` : each.rawName];
});
const jest = join(import.meta.dirname, '..', 'node_modules', 'jest', 'bin', 'jest.js');
const child = spawn(process.execPath, [jest, '--config', 'jest.chaos.config.mjs', '--runInBand', ...rest], {
  stdio: 'inherit',
  // A group of its own: whatever it has started ends with us.
  detached: true,
  env: {
    ...process.env,
    COUNTERSIGN_CHAOS_SECONDS: values.seconds,
    ...(values.seed !== undefined && { COUNTERSIGN_CHAOS_SEED: values.seed }),
  },
});
endWithParent();
const endGroup = () => {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
};
process.on('exit', endGroup);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
child.on('exit', (code) => process.exit(code ?? 1));
