import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { StatementRecorder } from '../support/statement-recorder.js';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['apps', 'libs', 'test/integration', 'test/e2e', 'test/contract'];

/** How many groups there are: a file of this folder for each. Their modules are loaded once for a group, and not once for each file. */
const GROUPS = 8;

/** What takes long, the longest first: dealt out one by one, so that no group has all of it. */
const LONG = [
  'model',
  'what-ends-when-races',
  'hostile-fields',
  'what-ends-when',
  'loop-holds',
  'wacht-bad-input',
  'start-up',
  'docspace-fuzz',
  'yat-bad-input',
  'cli-binary',
  'races-over-processes',
  'two-processes',
  'embedded-postgres',
  'dfns-bad-input',
  'attack',
  'limits-of-strangers',
  'refresh-rotation',
  'flood',
  'attack-command',
];

const rank = (file: string) => {
  const place = LONG.findIndex((name) => file.includes(`/${name}.spec.`));
  return place < 0 ? LONG.length : place;
};

/** The files of tests, or those that `COUNTERSIGN_SPECS` names, separated by commas. */
function specs(): string[] {
  const named = process.env['COUNTERSIGN_SPECS'];
  if (named !== undefined) return named.split(',').filter(Boolean);
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  ).filter((file) => file.endsWith('.spec.ts'));
}

/** Odd input leads to odd shapes of statements, or does not: what is written down must be the same each time. */
const ODD = /fuzz|bad-input|model\.spec|statements\.spec|throttle|rotation|worker|housekeeping/;

/** Runs the files of a group, each as a suite of its own: hooks that a file has at its top are those of its suite. */
export function gather(group: number): void {
  const files = specs().sort((one, other) => rank(one) - rank(other) || one.localeCompare(other));
  const groups = process.env['COUNTERSIGN_SPECS'] === undefined ? GROUPS : 2;
  const own = files.filter((_, index) => index % groups === group);
  const folder = process.env['COUNTERSIGN_STATEMENTS'];
  const recorder = folder ? new StatementRecorder() : undefined;
  for (const file of own)
    describe(relative(ROOT, join(ROOT, file)), () => {
      beforeAll(() => {
        if (recorder) recorder.on = !ODD.test(file);
      });
      jest.requireActual(join(ROOT, file));
    });
  if (own.length === 0) it('has nothing to run', () => expect(own).toEqual([]));
  afterAll(() => recorder?.write(folder as string, `group-${group}`));
}
