import fc from 'fast-check';
import { AccountsService, SessionsService } from '@app/administration';
import type { Account } from './account.js';
import { Chance, type Play, type Step } from './play.js';
import { dfns } from './steps/dfns.js';
import { docspace } from './steps/docspace.js';
import { navixy } from './steps/navixy.js';
import { operator } from './steps/operator.js';
import { sessions, use } from './steps/sessions.js';
import { wacht } from './steps/wacht.js';
import { yatFactors } from './steps/yat-factors.js';
import { yat } from './steps/yat.js';

const STEPS: Step[] = [
  ...sessions,
  ...navixy,
  ...docspace,
  ...wacht,
  ...yat,
  ...yatFactors,
  ...dfns,
  ...operator,
];

/** A step, with the number that stands for all that it leaves to chance. */
class Command implements fc.AsyncCommand<Account, Play> {
  constructor(
    private readonly step: Step,
    private readonly number: number,
  ) {}

  check(account: Account): boolean {
    return this.step.when?.(account) ?? true;
  }

  async run(account: Account, play: Play): Promise<void> {
    const chance = new Chance(this.number);
    const before = endedOf(account);
    play.pass(1);
    await this.step.run(play, chance);
    play.steps += 1;
    if (endedOf(account) === before) return;
    const session = chance.of(account.sessions);
    if (session) await use(play, session);
    await lists(play);
  }

  toString(): string {
    return `${this.step.name} (${this.number})`;
  }
}

const endedOf = ({ sessions: all }: Account) => all.filter(({ over }) => over !== undefined).length;

/** What an operator is told is live has to be what the model says. */
async function lists({ account, stage: { app } }: Play): Promise<void> {
  const listed = await app.nest
    .get(SessionsService)
    .live(await app.nest.get(AccountsService).find(account.id), app.clock.now());
  const stages = listed.map(({ protocol, stage }) => `${protocol} ${stage}`).sort();
  const live = [...account.live('pending'), ...account.live('signed_in')];
  expect(stages).toEqual(live.map(({ held, stage }) => `${held.protocol} ${stage}`).sort());
}

/** About thirty of them can be done: the others are of things that are not there yet. */
export const commands = fc.commands<Account, Play, false>(
  [
    fc.oneof(
      ...STEPS.map((step) => ({
        weight: step.weight ?? 1,
        arbitrary: fc.nat().map((number) => new Command(step, number)),
      })),
    ),
  ],
  { maxCommands: 105, size: 'max' },
);
