import { setTimeout as pause } from 'node:timers/promises';
import { RELOAD_SECONDS } from '../../../libs/tokens/src/times.js';
import { Child } from '../../support/child.js';
import { growSchema } from './migration.js';
import { persistently } from './persistently.js';
import type { Chance } from './chance.js';
import type { Replica } from './replica.js';
import type { Stage } from './stage.js';

/** Takes something away and gives it back. */
export type Fault = (stage: Stage, chance: Chance) => Promise<void>;

/** How long it takes until a replica sees that another has come or gone, and the key that makes changes. */
const RING_AGREES_MS = 15_000;

const outageOf = ({ number }: Replica, how: string) => ({ what: 'replica', how, replica: number }) as const;

async function killReplica({ replicas, during }: Stage, chance: Chance): Promise<void> {
  const replica = chance.of(replicas);
  await during(outageOf(replica, 'killed'), async () => {
    await replica.kill();
    await replica.start();
  });
}

async function stopReplica({ replicas, during }: Stage, chance: Chance): Promise<void> {
  const replica = chance.of(replicas);
  await during(outageOf(replica, 'stopped'), async () => {
    replica.signal('SIGSTOP');
    await pause(1_000 + 4_000 * chance.next());
    replica.signal('SIGCONT');
  });
}

/** A release is rolled out, or a variable changes. */
async function restartReplica({ during }: Stage, replica: Replica): Promise<void> {
  await during(outageOf(replica, 'restarted'), async () => {
    await replica.end();
    await replica.start();
  });
}

/** A new key in front of the ring, brought to one replica after the other. */
async function rotateRing(stage: Stage): Promise<void> {
  // Limits are found by keyed hashes: they begin anew once the replicas have agreed.
  await stage.during({ what: 'keys', how: 'ring rotated', forgetsLimits: true }, async () => {
    stage.addKey();
    for (const replica of stage.replicas) await restartReplica(stage, replica);
    await command(stage, ['keys', 'ring', 'status']);
    await command(stage, ['keys', 'reseal']);
    await pause(RING_AGREES_MS);
  });
}

/** The next key is published and signs later: a rotation before that is refused, and there is nothing to do. */
const rotateSigningKeys: Fault = (stage) =>
  stage.during({ what: 'keys', how: 'signing key rotated' }, async () => {
    await command(stage, ['keys', 'rotate'], /an earlier rotation does not sign yet/);
    await persistently(() => hastenKeys(stage));
  });

/** A key is published for ten minutes before it signs. Here for as long as every replica needs to see it: as if it had been made before. */
async function hastenKeys({ postgres }: Stage): Promise<void> {
  const client = await postgres.connect();
  try {
    await client.query(
      `UPDATE signing_keys SET signs_from = LEAST(signs_from, soon), retired_at = CASE WHEN retired_at > soon THEN soon ELSE retired_at END
       FROM (SELECT now() + $1::interval AS soon) s WHERE GREATEST(signs_from, retired_at) > soon`,
      [`${RELOAD_SECONDS + 15} seconds`],
    );
  } finally {
    await client.end();
  }
}

const restartDatabase: Fault = ({ postgres, during }) =>
  during({ what: 'database', how: 'restarted' }, () => postgres.restart());

const killDatabase: Fault = ({ postgres, during }) =>
  during({ what: 'database', how: 'killed', forgetsLimits: true }, () => postgres.kill());

const crashDatabase: Fault = ({ postgres, during }) =>
  during({ what: 'database', how: 'crashed', forgetsLimits: true }, () => postgres.crash());

const migrate: Fault = (stage) =>
  stage.during({ what: 'migration', how: 'ran' }, () => growSchema(stage.postgres.url));

const loseMail: Fault = ({ mails, during }, chance) =>
  during({ what: 'mail', how: 'away' }, async () => {
    await mails.down();
    await pause(1_000 + 3_000 * chance.next());
    await mails.up();
  });

/** An operator's command, given again while the database is away. `done`: what it says where all has been done before. */
function command({ environment }: Stage, args: string[], done?: RegExp): Promise<void> {
  return persistently(async () => {
    const child = new Child(['dist/cli.mjs', ...args], { env: environment });
    if ((await child.exited) !== 0 && !done?.test(child.stderr))
      throw new Error(`${args.join(' ')}: ${child.stderr}`);
  });
}

/** Those of a lane come one after the other, the lanes side by side. */
export const LANES: Record<string, Fault[]> = {
  replicas: [killReplica, stopReplica, rotateRing],
  database: [restartDatabase, killDatabase, crashDatabase, migrate],
  rest: [loseMail, rotateSigningKeys],
};
