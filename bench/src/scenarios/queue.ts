import { perSecond, send, type BenchRequest, type Measured } from '../load/load.js';
import { emailOf, requestOf } from '../operations/people.js';
import type { BenchDatabase } from '../processes/bench-database.js';
import type { SunkMail } from '../processes/sink.js';
import { figure } from '../report/statistics.js';
import { freshLoad, loadOf, type Figures, type Scene } from './scene.js';

/** How long the mail server takes for each mail. */
const DELAY_MS = 20;
const EVEN_RATE = 100;
/** Of the highest throughput of a verify: what is left beside a queue has to be possible on cores that work it off. */
const QUIET_SHARE = 0.2;
/** Has whatever is queued wait until `workOff`. */
const HOLD = `
  CREATE FUNCTION hold_message() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.next_try_at = NEW.next_try_at + interval '1 hour'; RETURN NEW; END $$;
  CREATE TRIGGER hold_message BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION hold_message()`;
const LET_GO = `
  DROP TRIGGER hold_message ON messages; DROP FUNCTION hold_message;
  UPDATE messages SET next_try_at = now() WHERE state = 'queued'`;

/** How many mails a second are handed over to a server that answers in 20 ms, while as many as go are asked for. */
export async function handOver(scene: Scene): Promise<Figures> {
  const { sink } = scene.instruments;
  await sink.delay(DELAY_MS);
  await sink.forget();
  const asked = await freshLoad(scene);
  await sink.has(asked.answered);
  const handedOverPerSecond = rateOf(await sink.mails());
  await sink.delay(0);
  return {
    askedPerSecond: perSecond(asked),
    handedOverPerSecond,
    ratio: handedOverPerSecond / perSecond(asked),
  };
}

/** How many mails a second are handed over to that server from a queue that has come about before, and what each costs the service. */
export async function workOff(scene: Scene): Promise<Figures> {
  const { sink } = scene.instruments;
  const { program, database } = scene.product;
  await sink.delay(DELAY_MS);
  await sink.forget();
  const { answered } = await queued(scene, database as BenchDatabase, scene.requests);
  const before = await program.usage();
  await database?.query(LET_GO);
  await sink.has(answered);
  const { cpu } = await program.usage();
  const handedOverPerSecond = rateOf(await sink.mails());
  await sink.delay(0);
  const cpuMsPerMail = (cpu - before.cpu) / 1000 / answered;
  return { mails: answered, handedOverPerSecond, cpuMsPerMail };
}

/** What working off a full queue does to those who verify a code meanwhile. */
export async function besideQueue(scene: Scene): Promise<Figures> {
  const { sink, generator } = scene.instruments;
  const rate = perSecond(await freshLoad(scene)) * QUIET_SHARE;
  const quiet = await freshLoad(scene, { rate });
  await sink.delay(DELAY_MS);
  await sink.forget();
  const database = scene.product.database as BenchDatabase;
  const { answered } = await queued(scene, database, noticesFor(scene.requests.length));
  await database.query(LET_GO);
  const busy = await send(generator, loadOf(scene, { rate }));
  const worked = await sink.count();
  await sink.has(answered);
  await sink.delay(0);
  return {
    mails: answered,
    whileVerifying: worked,
    quietP99: quiet.p99,
    busyP99: busy.p99,
    ratio: busy.p99 / quiet.p99,
  };
}

/** A mail for each person, which costs the service no password. */
function noticesFor(people: number): BenchRequest[] {
  return Array.from({ length: people }, (_, number) =>
    requestOf(number, 'POST', '/auth/forgot-password', { body: { email: emailOf(number) } }),
  );
}

/** Queues a mail for each of the requests; none is handed over before `LET_GO`. */
async function queued(scene: Scene, database: BenchDatabase, requests: BenchRequest[]): Promise<Measured> {
  await database.restore();
  await database.query(HOLD);
  return send(scene.instruments.generator, loadOf(scene, { requests }));
}

/** Mails a second between the first and the last of them. */
function rateOf(mails: SunkMail[]): number {
  const times = mails.map(({ at }) => at).sort((one, other) => one - other);
  return (times.length / ((times.at(-1) ?? NaN) - (times[0] ?? NaN))) * 1000;
}

/** From the answer to a request until its mail is at the mail server, at 100 requests a second. */
export async function deliveryTime(scene: Scene): Promise<Figures> {
  const { sink, generator } = scene.instruments;
  await scene.product.database?.restore();
  await sink.delay(DELAY_MS);
  await sink.forget();
  const { answered, times = [] } = await send(
    generator,
    loadOf(scene, { rate: EVEN_RATE, keepsTimes: true }),
  );
  await sink.has(answered);
  const waits = waitsOf(await sink.mails(), times).sort((a, b) => a - b);
  await sink.delay(0);
  const p99 = waits[Math.floor(waits.length * 0.99)] ?? NaN;
  return { perSecond: EVEN_RATE, p50: figure(waits).median, p99 };
}

/** A mail may be there before its answer is: that is no wait. */
function waitsOf(mails: SunkMail[], times: number[]): number[] {
  return mails.flatMap(({ to, at }) => {
    const answered = times[Number(/^person(\d+)@/.exec(to)?.[1])];
    return answered === undefined ? [] : [Math.max(0, at - answered)];
  });
}
