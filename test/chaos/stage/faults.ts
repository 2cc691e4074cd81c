import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../../support/child.js';
import { growSchema } from './migration.js';
import type { Chance } from './chance.js';
import type { Replica } from './replica.js';
import type { Stage } from './stage.js';

/** Takes something away and gives it back. */
export type Fault = (stage: Stage, chance: Chance) => Promise<void>;

/** How long it takes until a replica sees that another has come or gone, and the key that makes changes. */
const RING_AGREES_MS = 15_000;
const OPERATOR_TRIES = 20;

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

const rotateSigningKeys: Fault = (stage) =>
  stage.during({ what: 'keys', how: 'signing key rotated' }, () => command(stage, ['keys', 'rotate']));

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

/** An operator's command, given again while the database is away. */
async function command({ environment }: Stage, args: string[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const child = new Child(['dist/cli.mjs', ...args], { env: environment });
    if ((await child.exited) === 0) return;
    if (tries === OPERATOR_TRIES) throw new Error(`${args.join(' ')}: ${child.stderr}`);
    await pause(500);
  }
}

/** Those of a lane come one after the other, the lanes side by side. */
export const LANES: Record<string, Fault[]> = {
  replicas: [killReplica, stopReplica, rotateRing],
  database: [restartDatabase, killDatabase, crashDatabase, migrate],
  rest: [loseMail, rotateSigningKeys],
};
