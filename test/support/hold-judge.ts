import { HOPELESS, leastHold, longestHold } from './loop-watch.js';
import { sendRaw, type RawRequest } from './raw-request.js';

/** A request whose hostile part has a size. */
export interface Probe {
  name: string;
  /** The most that is accepted, or could be sent. */
  bytes: number;
  request(bytes: number): RawRequest;
  /** What it tries at once, each by itself. */
  parts?: Probe[];
}

/** Nothing that one request does may hold the event loop for so many milliseconds. */
export const LONGEST_HOLD = 50;
/** So short that nobody need look at how it grows; also that of a part, if all of the whole were due to it and it were four times as long. */
const NEVER_MIND = LONGEST_HOLD / 4;
/** What a hold may grow by when the text becomes four times as long: linear is 4, quadratic is 16. */
const GROWTH = 8;
const TRIES = 8;
const TURNS = 40;
const AT_ONCE = 10;

/**
 * What is wrong with a service that is sent these: which of them hold its event loop for too long, or for a time that grows faster than
 * they do. `answered` hears of each answer.
 */
export async function complaintsAbout(
  url: string,
  probes: Probe[],
  answered: (status: number) => void = () => {},
): Promise<string[]> {
  const send = async ({ request }: Probe, bytes: number) => answered(await sendRaw(url, request(bytes)));
  for (let at = 0; at < probes.length; at += AT_ONCE) {
    const some = probes.slice(at, at + AT_ONCE);
    const together = () => Promise.all(some.map((probe) => send(probe, probe.bytes)));
    // What all of them did at once is more than what any did.
    if ((await leastHold(together, { tries: 1, enough: NEVER_MIND })) < NEVER_MIND) continue;
    const complaints = await judgeAll(some);
    // Each takes its time: the first of them are enough to know where to look.
    if (complaints.length > 0) return complaints;
  }
  return [];

  async function judge(probe: Probe): Promise<string[]> {
    const hold = (bytes: number) => longestHold(() => send(probe, bytes));
    const longest = await leastHold(() => send(probe, probe.bytes), { tries: TRIES, enough: NEVER_MIND });
    if (longest < NEVER_MIND) return [];
    if (probe.parts) return judgeAll(probe.parts);
    // What a busy machine adds, it adds now here and now there: all three are taken in turn, until their least are alike or no turn helps.
    let [none, quarter, whole] = [Infinity, Infinity, longest];
    for (let turn = 0; turn < TURNS && whole < HOPELESS; turn += 1) {
      none = Math.min(none, await hold(0));
      quarter = Math.min(quarter, await hold(probe.bytes / 4));
      whole = Math.min(whole, await hold(probe.bytes));
      if (whole < NEVER_MIND) return [];
      if (whole < LONGEST_HOLD && whole - none <= GROWTH * Math.max(quarter - none, 1)) return [];
    }
    const [a, b, c] = [none, quarter, whole].map((ms) => ms.toFixed(1));
    return [`${probe.name}: ${a} ms for none of it, ${b} ms for a quarter, ${c} ms for the whole`];
  }

  async function judgeAll(some: Probe[]): Promise<string[]> {
    const all: string[] = [];
    for (const probe of some) if (all.length === 0) all.push(...(await judge(probe)));
    return all;
  }
}
