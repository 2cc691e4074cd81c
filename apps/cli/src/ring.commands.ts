import type { Command } from 'commander';
import { instant, type Resealed, type RingStatus } from '@app/administration';
import type { Answer } from './answer.js';
import { example } from './example.js';
import type { Shell } from './shell.js';

const KEEPS_RING = { keepsRing: true };

/** The keys of `COUNTERSIGN_KEYS`: which replica has which, what rests under them, and how one of them leaves. */
export function ringCommands(keys: Command, shell: Shell): void {
  const ring = keys.command('ring').description('look after the key ring, COUNTERSIGN_KEYS');
  ring
    .command('status')
    .description('print the keys, what rests under each of them, and which running replica has which')
    .addHelpText('after', example('keys ring status'))
    .action(() =>
      shell.operate(async ({ keyRing, call }) => statusView(await keyRing.status(call.now)), KEEPS_RING),
    );
  ring
    .command('forget')
    .description('say that a key is gone for good; what rests under it stays unreadable')
    .argument('<key>', 'the id of the key, as `keys ring status` prints it')
    .addHelpText('after', example('keys ring forget k1'))
    .action((keyId: string) =>
      shell.operate(async ({ keyRing, call }) => {
        await keyRing.forget(call, keyId);
        return { lines: [`The key ${keyId} is forgotten.`], json: { forgotten: keyId } };
      }, KEEPS_RING),
    );
  keys
    .command('reseal')
    .description(
      'seal again, under the key that makes now, what rests under older keys; can be stopped and begun again',
    )
    .addHelpText('after', example('keys reseal'))
    .action(() =>
      shell.operate(async ({ sealed, call }) =>
        resealedView(await sealed.run(call, (kind) => shell.note(`  ${progressOf(kind)}`))),
      ),
    );
}

function statusView(status: RingStatus): Answer {
  const { keys, lost, olderBackupCodes, replicas } = status;
  const lines = [
    ...keys.flatMap(({ keyId, makes, makesSince, resting }) => [
      `key ${keyId}: ${makes ? `makes, since ${instant(makesSince)}` : 'verifies'}`,
      ...resting.map(({ what, count }) => `  ${what}: ${count}`),
    ]),
    ...lost.map(
      ({ keyId, what, count }) => `key ${keyId} is in no ring: ${what}, ${count} of them, cannot be read`,
    ),
    ...(olderBackupCodes
      ? [`unused backup codes from before that: ${olderBackupCodes}; they count under the key of their time`]
      : []),
    ...replicas.map(
      ({ host, keyIds, startedAt, seenAt }) =>
        `replica on ${host}: ${keyIds.join(', ')}; up since ${instant(startedAt)}, seen ${instant(seenAt)}`,
    ),
    ...(keys.length ? [] : ['No key is known yet: the service was never started.']),
    ...(replicas.length ? [] : ['No replica is running.']),
  ];
  return { lines, json: status };
}

function resealedView(kinds: Resealed[]): Answer {
  const lost = kinds.some(({ unreadable }) => unreadable > 0);
  const hint = lost ? ['What cannot be read needs its key back in COUNTERSIGN_KEYS.'] : [];
  return { lines: [...kinds.map(progressOf), ...hint], json: { kinds } };
}

function progressOf({ what, resealed, unreadable }: Resealed): string {
  const name = what.charAt(0).toUpperCase() + what.slice(1);
  return `${name}: ${resealed} sealed again${unreadable ? `, ${unreadable} cannot be read` : ''}`;
}
