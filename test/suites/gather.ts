import { readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { StatementRecorder } from '../support/statement-recorder.js';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['apps', 'libs', 'test/integration', 'test/e2e', 'test/contract'];

/** How many groups there are: a file of this folder for each. Their modules are loaded once for a group, and not once for each file. */
const GROUPS = 8;

/** What takes long, in seconds on two cores, and how long any other file takes about. */
const SECONDS: Record<string, number> = {
  'wacht-contacts-fuzz': 120,
  'what-ends-when-locks': 88,
  'hostile-fields': 70,
  model: 58,
  'cli-answers': 45,
  'wacht-me-fuzz': 44,
  'start-up': 41,
  'what-ends-when-requests': 41,
  'what-ends-when': 40,
  'service-fuzz': 30,
  'yat-account-fuzz': 25,
  'database-failover': 24,
  'wacht-bad-input': 23,
  'races-over-processes': 22,
  'what-ends-when-races': 20,
  'docspace-fuzz': 20,
  'dfns-credentials': 20,
  'package-scripts': 20,
  'promised-messages': 20,
  'limits-of-strangers': 20,
  'console-guards': 25,
  'console-people': 18,
  'console-sign-in': 15,
  'console-reach': 12,
  'embedded-postgres': 18,
  demo: 15,
  'cli-binary': 12,
  'cli-account-import-killed': 40,
  'dfns-new-credential-fuzz': 45,
  'migration-hook': 25,
  'admin-fuzz': 20,
  'cli-account-import-fuzz': 12,
  'cli-account-import-sign-in': 12,
  'account-deletion-leaves': 12,
  introspect: 12,
  'forward-auth': 12,
  'abandoned-connections': 12,
  'two-processes': 11,
  'previous-release': 10,
  'database-connections': 10,
  'yat-bad-input': 9,
  attack: 8,
  'unproven-accounts-end': 8,
  'delivery-smtp': 8,
  flood: 7,
  'audit-partitions': 7,
  'loop-holds': 6,
  'dfns-bad-input': 6,
  'server-keys': 6,
  'refresh-rotation': 4,
  'attack-command': 4,
};
const ANY_OTHER = 2;

const secondsOf = (file: string) => SECONDS[basename(file, '.spec.ts')] ?? ANY_OTHER;

/** Deals the files out, the longest first, each to the group that has the least to do so far. */
function dealt(files: string[], groups: number): string[][] {
  const hands = Array.from({ length: groups }, () => ({ seconds: 0, files: [] as string[] }));
  const longestFirst = files.sort(
    (one, other) => secondsOf(other) - secondsOf(one) || one.localeCompare(other),
  );
  for (const file of longestFirst) {
    const hand = hands.reduce((least, each) => (each.seconds < least.seconds ? each : least));
    hand.seconds += secondsOf(file);
    hand.files.push(file);
  }
  return hands.map((hand) => hand.files);
}

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
  const groups = process.env['COUNTERSIGN_SPECS'] === undefined ? GROUPS : 2;
  const own = dealt(specs(), groups)[group] ?? [];
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
