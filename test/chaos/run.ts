import { setTimeout as pause } from 'node:timers/promises';
import type { Evidence } from './journal.js';
import { flood, greedy, guesser } from './people/abuse.js';
import { dfns } from './people/dfns.js';
import { docspace } from './people/docspace.js';
import { navixy } from './people/navixy.js';
import { Person } from './people/person.js';
import type { Scenario } from './people/scenario.js';
import { wacht } from './people/wacht.js';
import { yatLink, yatPassword } from './people/yat.js';
import { makeAccounts } from './stage/accounts.js';
import { Chance } from './stage/chance.js';
import { LANES, type Fault } from './stage/faults.js';
import { remainsOf } from './stage/remains.js';
import { LIMITS, Stage } from './stage/stage.js';

export interface RunOptions {
  seconds: number;
  seed: number;
  /** Told what the run is at. */
  note: (line: string) => void;
}

const SCENARIOS: Scenario[] = [navixy, yatPassword, yatLink, docspace, wacht, dfns];
const PEOPLE_AT_ONCE = 6;
const PEOPLE_PER_SECOND = 12;
const DRAIN_MS = 120_000;

type Look = () => Promise<void>;

/** Mixed traffic under faults, until each fault has come at least once; then what everybody has seen. */
export class Run {
  private readonly chance: Chance;
  private readonly looks: Look[] = [];
  private born = 0;
  private over = false;

  private constructor(
    private readonly stage: Stage,
    private readonly options: RunOptions,
  ) {
    this.chance = new Chance(options.seed);
  }

  static async play(options: RunOptions): Promise<Evidence> {
    const stage = await Stage.start(options.note);
    const run = new Run(stage, options);
    try {
      return await run.played();
    } finally {
      await stage.stop();
    }
  }

  private async played(): Promise<Evidence> {
    const { stage, options } = this;
    await this.makePeople();
    const traffic = this.traffic();
    const until = Date.now() + options.seconds * 1000;
    // A fault that could not be done ends all: nothing goes on while the stage is taken down.
    const lanes = Object.values(LANES).map((faults) =>
      this.lane(faults, until).catch((error: Error) => {
        this.over = true;
        return error;
      }),
    );
    const failed = (await Promise.all(lanes)).find((each) => each instanceof Error);
    this.over = true;
    options.note('The faults are over: waiting for calls and mails that are under way');
    await traffic;
    if (failed) throw failed;
    await this.drained();
    await this.lookAgain();
    const client = await stage.postgres.connect();
    const remains = await remainsOf(client, LIMITS.guesses);
    await client.end();
    const { calls, facts } = stage.journal;
    return { calls, facts, outages: stage.outages, mails: stage.mails.caught, remains, limits: LIMITS };
  }

  private async makePeople(): Promise<void> {
    const { stage, options } = this;
    const client = await stage.postgres.connect();
    const numbers = Array.from({ length: PEOPLE_PER_SECOND * (options.seconds + 60) }, (_, n) => n + 1);
    await makeAccounts(
      client,
      numbers.map((n) => `plain${n}@example.com`),
      'none',
    );
    await makeAccounts(
      client,
      numbers.map((n) => `coded${n}@example.com`),
      'email',
    );
    await client.end();
  }

  /** Every fault of the lane in an order that the seed decides, again and again while there is time, and once in any case. */
  private async lane(faults: Fault[], until: number): Promise<void> {
    const chance = this.chance.fork();
    const gap = Math.min(8_000, (until - Date.now()) / 12);
    for (let round = 0; !this.over && (round === 0 || Date.now() < until); round += 1) {
      const rest = [...faults];
      while (rest.length && !this.over && (round === 0 || Date.now() < until)) {
        await pause(gap * (0.5 + chance.next()));
        const [fault] = rest.splice(Math.floor(chance.next() * rest.length), 1);
        await fault?.(this.stage, chance);
      }
    }
  }

  private async traffic(): Promise<void> {
    const goesOn = () => !this.over;
    const lives = Array.from({ length: PEOPLE_AT_ONCE }, (_, n) => this.lives(n));
    const abuse = [
      this.repeated(() => guesser(this.person('coded'))),
      this.repeated(() => greedy(this.person('plain'), goesOn)),
      flood(this.person('plain'), goesOn),
    ];
    await Promise.all([...lives, ...abuse]);
  }

  private async lives(offset: number): Promise<void> {
    for (let n = offset; !this.over; n += 1) {
      const scenario = SCENARIOS[n % SCENARIOS.length] as Scenario;
      const look = await scenario(this.person(scenario === navixy ? 'coded' : 'plain'));
      if (look) this.looks.push(look);
      await pause(500 * this.chance.next());
    }
  }

  private async repeated(once: () => Promise<void>): Promise<void> {
    while (!this.over) await once();
  }

  private person(kind: 'plain' | 'coded'): Person {
    const n = (this.born += 1);
    const address = `10.${(n >> 14) & 127}.${(n >> 7) & 127}.${(n & 127) + 1}`;
    return new Person(this.stage, `${kind}${n}@example.com`, address, this.chance.fork());
  }

  /** Until no message waits. */
  private async drained(): Promise<void> {
    const client = await this.stage.postgres.connect();
    for (const deadline = Date.now() + DRAIN_MS; Date.now() < deadline; await pause(200))
      if ((await remainsOf(client, LIMITS.guesses)).queued === 0) break;
    await client.end();
  }

  /** At every session once more, some at a time. */
  private async lookAgain(): Promise<void> {
    const rest = [...this.looks];
    const hand = async () => {
      for (let look = rest.pop(); look; look = rest.pop()) await look();
    };
    await Promise.all(Array.from({ length: 8 }, hand));
  }
}
