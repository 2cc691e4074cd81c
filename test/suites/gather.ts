import { readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { StatementRecorder } from '../support/statement-recorder.js';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['apps', 'libs', 'test/integration', 'test/e2e', 'test/contract'];

/** How many groups there are: a file of this folder for each. Their modules are loaded once for a group, and not once for each file. */
const GROUPS = 8;

/** What takes long, in seconds on two cores, and how long any other file takes about. */
const SECONDS: Record<string, number> = {
  'hostile-fields': 297,
  'what-ends-when-locks': 195,
  model: 159,
  'wacht-contacts-fuzz': 120,
  'wacht-me-fuzz': 117,
  'what-ends-when': 81,
  'cli-answers': 74,
  'what-ends-when-requests': 67,
  'wacht-bad-input': 60,
  'races-over-processes': 53,
  'start-up': 49,
  'docspace-fuzz': 39,
  'limits-of-strangers': 38,
  'yat-bad-input': 37,
  'admin-fuzz': 33,
  'what-ends-when-races': 33,
  'dfns-new-credential-fuzz': 29,
  'cli-account-import-killed': 27,
  'dfns-credentials': 26,
  'database-failover': 25,
  'embedded-postgres': 23,
  'yat-account-fuzz': 22,
  'migration-hook': 18,
  flood: 15,
  attack: 14,
  'audit-growth': 14,
  'dfns-bad-input': 14,
  'previous-release': 13,
  'console-guards': 13,
  demo: 12,
  'cli-binary': 12,
  'console-reach': 12,
  'package-scripts': 12,
  'tokens-rotation': 11,
  'cli-account-export': 11,
  'unproven-accounts-end': 11,
  'audit-partitions': 11,
  'two-processes': 11,
  'database-connections': 10,
  'not-me-guard': 10,
  'cli-account': 9,
  'recipient-limits': 9,
  'wacht-newcomers': 9,
  'service-fuzz': 9,
  'delivery-events': 8,
  disclosure: 8,
  'docspace-busy': 8,
  'delivery-smtp': 8,
  'send-shares': 8,
  'wacht-new-sessions': 8,
  'refusals-recorded': 7,
  'cli-migrate': 7,
  'console-people': 7,
  'housekeeping-faults': 7,
  'navixy-user-auth': 7,
  'dfns-delegated-fuzz': 7,
  'docspace-code-abuse': 7,
  'docspace-tfa-codes': 7,
  'docspace-code-path': 6,
  'event-stream': 6,
  'navixy-fuzz': 6,
  'database-faults': 6,
  traces: 6,
  'wacht-prepare': 6,
  'cli-names': 6,
  'cli-key-ring': 6,
  'delivery-worker': 6,
  housekeeping: 6,
  'typed-codes': 6,
  'delivery-time-bombs': 6,
  'console-sign-in': 6,
  'second-factor-races': 6,
  'dfns-recovery-delay': 6,
  'wacht-signup': 5,
  'delivery-bad-input': 5,
  statistics: 5,
  'owner-notices-own': 5,
  'yat-2fa': 5,
};
const ANY_OTHER = 3;

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
