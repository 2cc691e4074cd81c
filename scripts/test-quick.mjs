import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { jest } from './jest.mjs';

// The tests of what has changed since a commit (`npm run test:quick -- main`; else: since the last one), as far as they are quick:
// what it took to be sure of a change is `npm test`.

/** Minutes of fuzzing, processes that start and stop: nothing for between two edits. */
const SLOW =
  /fuzz|bad-input|model|races|start-up|two-processes|embedded|cli-|readme|delivery-smtp|rotation|busy|captcha/;
/** One way through each protocol: what a change of a lib that all of them use has to leave whole. */
const SMOKE = [
  'test/e2e/navixy-verify.spec.ts',
  'test/e2e/docspace-code.spec.ts',
  'test/e2e/wacht-attempt-verification.spec.ts',
  'test/e2e/yat-2fa.spec.ts',
  'test/e2e/dfns-recover-code.spec.ts',
];
const FOLDERS = ['apps', 'libs', 'test/integration', 'test/e2e', 'test/contract'];
const PROTOCOLS = ['navixy', 'docspace', 'wacht', 'yat', 'dfns', 'magic-link'];

const git = (...words) => execFileSync('git', words, { encoding: 'utf8' }).split('\n').filter(Boolean);
const since = process.argv[2] ?? 'HEAD';
const changed = [
  ...git('diff', '--name-only', '--diff-filter=d', since),
  ...git('ls-files', '--others', '--exclude-standard'),
];
const specs = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
).filter((file) => file.endsWith('.spec.ts') && !SLOW.test(basename(file)));

const libs = new Set(changed.map((file) => /^libs\/([^/]+)\//.exec(file)?.[1]).filter(Boolean));
const sources = changed.filter((file) => /^(apps|libs)\/.*\.ts$/.test(file) && !file.endsWith('.spec.ts'));
const spoken = PROTOCOLS.filter((name) => sources.some((file) => file.includes(name)));

const chosen = specs.filter(
  (spec) =>
    changed.includes(spec) ||
    [...libs].some((lib) => spec.startsWith(`libs/${lib}/`) || spec.startsWith(`test/integration/${lib}`)) ||
    (sources.length > 0 && (spec.startsWith('test/contract/') || SMOKE.includes(spec))) ||
    (libs.size === 0 && spoken.some((name) => spec.startsWith(`test/e2e/${name}`))),
);
if (chosen.length === 0) {
  console.log(`Nothing that a quick test covers has changed since ${since}.`);
  process.exit(0);
}
console.log(`${chosen.length} files of tests for what has changed since ${since}:\n  ${chosen.join('\n  ')}`);
jest(['--config', 'jest.suites.config.mjs'], { COUNTERSIGN_SPECS: chosen.join(',') });
