import { perSecond, send } from '../load/load.js';
import type { SunkMail } from '../processes/sink.js';
import { figure } from '../report/statistics.js';
import { freshLoad, loadOf, type Figures, type Scene } from './scene.js';

/** How long the mail server takes for each mail. */
const DELAY_MS = 20;
const EVEN_RATE = 100;

/** How many mails a second are handed over to a server that answers in 20 ms, while as many as go are asked for. */
export async function handOver(scene: Scene): Promise<Figures> {
  const { sink } = scene.instruments;
  await sink.delay(DELAY_MS);
  await sink.forget();
  const asked = await freshLoad(scene);
  await sink.has(asked.answered);
  const times = (await sink.mails()).map(({ at }) => at);
  const span = Math.max(...times) - Math.min(...times);
  const handedOverPerSecond = (times.length / span) * 1000;
  await sink.delay(0);
  return {
    askedPerSecond: perSecond(asked),
    handedOverPerSecond,
    ratio: handedOverPerSecond / perSecond(asked),
  };
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
