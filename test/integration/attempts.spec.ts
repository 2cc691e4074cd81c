import { insertAccount } from '@app/accounts';
import {
  AttemptsModule,
  AttemptsRepository,
  closeAttempts,
  type AttemptPurpose,
  type NewAttempt,
  type Opening,
} from '@app/attempts';
import { ConfigModule, readConfig } from '@app/config';
import { Database, DatabaseModule, part, sql, statement } from '@app/database';
import { Clock, Ids, type RequestContext } from '@app/kernel';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import fc from 'fast-check';
import { dataSourceOptions } from '../../ormconfig.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const TRIES = 3;
const LIFE_SECONDS = 100;
const BUDGET = 4;
const BUDGET_SECONDS = 1000;
const RIGHT = '111111';
const WRONG = '222222';
const PURPOSES = ['sign_in', 'recovery'] as const;
type Purpose = (typeof PURPOSES)[number] & AttemptPurpose;

let testDatabase: TestDatabase;
let nest: INestApplicationContext;
let clock: TestClock;
let database: Database;
let attempts: AttemptsRepository;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  clock = new TestClock();
  const config = readConfig({
    NODE_ENV: 'test',
    COUNTERSIGN_KEYS: `t1:${Buffer.alloc(32, 7).toString('base64')}`,
    ACCOUNT_WRONG_CODES_LIMIT: String(BUDGET),
    ACCOUNT_WRONG_CODES_SECONDS: String(BUDGET_SECONDS),
  });
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot(() => dataSourceOptions(testDatabase.url, 32)),
      AttemptsModule,
    ],
  })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  module.useLogger(false);
  nest = await module.init();
  database = nest.get(Database);
  attempts = nest.get(AttemptsRepository);
}, 60_000);
afterAll(async () => {
  await nest.close();
  await testDatabase.drop();
});

const call = (): RequestContext => ({
  protocol: 'navixy',
  client: { address: '192.0.2.1', network: '192.0.2.1', userAgent: 'test', requestId: 'test' },
  now: clock.now(),
  nextId: () => nest.get(Ids).next(),
});

let people = 0;
async function account(): Promise<string> {
  const id = call().nextId();
  const person = { id, email: `heart-${(people += 1)}@example.com`, secondFactor: 'none', language: 'en' };
  await database.rows(statement(insertAccount(call(), { ...person, secondFactor: 'none' })));
  return id;
}

async function open(accountId: string, purpose: Purpose): Promise<void> {
  const now = call();
  const attempt: NewAttempt = {
    id: now.nextId(),
    purpose,
    factor: 'first',
    kind: 'code',
    method: 'email',
    tries: TRIES,
    expiresAt: new Date(now.now.getTime() + LIFE_SECONDS * 1000),
    secret: { binding: accountId, value: RIGHT },
  };
  const opening = part<Opening>(
    'opening',
    sql`
      SELECT ${accountId}::text AS subject, ${accountId}::bigint AS account_id, NULL::bigint AS session_id, 0 AS security_stamp`,
  );
  const opened = attempts.open(now, attempt, opening);
  await database.rows(statement(opened.attempt, opened));
}

async function guess(accountId: string, purpose: Purpose, code: string): Promise<string | undefined> {
  const question = { purpose, of: sql`a.subject = ${accountId}` };
  const redemption = attempts.redeem(call(), question, accountId, code);
  return (await database.row(statement(redemption.verdict, redemption)))?.outcome;
}

const close = (accountId: string, purpose: Purpose) =>
  database.rows(statement(closeAttempts(call(), sql`a.subject = ${accountId} AND a.purpose = ${purpose}`)));

/** What is said in docs/architecture.md, in the plainest code there is. */
class Heart {
  private readonly attempts: { purpose: Purpose; status: string; tries: number; endsAt: number }[] = [];
  private spent = 0;
  private refillsAt: number | undefined;

  constructor(private readonly now: () => number) {}

  open(purpose: Purpose): void {
    this.attempts.push({ purpose, status: 'open', tries: TRIES, endsAt: this.now() + LIFE_SECONDS });
  }

  close(purpose: Purpose): void {
    for (const attempt of this.openOf(purpose))
      attempt.status = attempt.endsAt <= this.now() ? 'expired' : 'superseded';
  }

  guess(purpose: Purpose, right: boolean): string {
    if (this.refillsAt !== undefined && this.refillsAt <= this.now())
      [this.spent, this.refillsAt] = [0, undefined];
    const target = this.attempts.findLast((attempt) => attempt.purpose === purpose);
    if (!target) return 'absent';
    if (target.status !== 'open') return target.status;
    if (target.endsAt <= this.now()) return 'expired';
    if (this.spent >= BUDGET) return 'budget_spent';
    if (right) return this.succeed(purpose, target);
    target.tries -= 1;
    if (target.tries === 0) target.status = 'exhausted';
    this.spent += 1;
    this.refillsAt ??= this.now() + BUDGET_SECONDS;
    return 'wrong';
  }

  private succeed(purpose: Purpose, target: { status: string }): string {
    for (const attempt of this.openOf(purpose)) attempt.status = 'superseded';
    target.status = 'consumed';
    [this.spent, this.refillsAt] = [0, undefined];
    return 'redeemed';
  }

  private openOf(purpose: Purpose) {
    return this.attempts.filter((attempt) => attempt.purpose === purpose && attempt.status === 'open');
  }
}

describe('the attempts', () => {
  it('do what their model does, whatever is opened, guessed, closed and waited for in whatever order', async () => {
    const purpose = fc.constantFrom(...PURPOSES);
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const), purpose }) },
      { weight: 6, arbitrary: fc.record({ do: fc.constant('wrong' as const), purpose }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('right' as const), purpose }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), purpose }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('wait' as const),
          seconds: fc.constantFrom(1, LIFE_SECONDS - 1, LIFE_SECONDS, BUDGET_SECONDS),
        }),
      },
    );
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const id = await account();
      const model = new Heart(() => clock.now().getTime() / 1000);
      for (const each of steps) {
        if (each.do === 'wait') clock.advanceSeconds(each.seconds);
        else if (each.do === 'open') {
          model.open(each.purpose);
          await open(id, each.purpose);
        } else if (each.do === 'close') {
          model.close(each.purpose);
          await close(id, each.purpose);
        } else {
          const right = each.do === 'right';
          expect(await guess(id, each.purpose, right ? RIGHT : WRONG)).toBe(model.guess(each.purpose, right));
        }
      }
    });
    await fc.assert(property, { numRuns: 150 });
  }, 120_000);

  it('let one of 64 right answers at once win', async () => {
    const id = await account();
    await open(id, 'sign_in');
    const answers = await Promise.all(Array.from({ length: 64 }, () => guess(id, 'sign_in', RIGHT)));
    expect(answers.filter((outcome) => outcome === 'redeemed')).toHaveLength(1);
    expect(answers.filter((outcome) => outcome === 'consumed')).toHaveLength(63);
  });

  it('look at as many of 64 wrong answers at once as the attempt has tries, and at the right one no more', async () => {
    const id = await account();
    await open(id, 'sign_in');
    const answers = await Promise.all(Array.from({ length: 64 }, () => guess(id, 'sign_in', WRONG)));
    expect(answers.filter((outcome) => outcome === 'wrong')).toHaveLength(TRIES);
    expect(await guess(id, 'sign_in', RIGHT)).toBe('exhausted');
  });

  it('look at as many wrong answers at once as the account has guesses, over all its attempts', async () => {
    const id = await account();
    for (const purpose of PURPOSES) await open(id, purpose);
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) => guess(id, PURPOSES[index % 2] as Purpose, WRONG)),
    );
    expect(answers.filter((outcome) => outcome === 'wrong')).toHaveLength(BUDGET);
    expect(answers.filter((outcome) => outcome === 'redeemed')).toHaveLength(0);
  });

  it('of 64 answers at once, right and wrong ones, one wins or the tries are spent', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await account();
      await open(id, 'sign_in');
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, index) => guess(id, 'sign_in', index % 4 ? WRONG : RIGHT)),
      );
      const count = (outcome: string) => answers.filter((each) => each === outcome).length;
      expect(count('redeemed')).toBeLessThanOrEqual(1);
      expect(count('wrong')).toBeLessThanOrEqual(TRIES);
      expect(count('redeemed') === 1 || count('wrong') === TRIES).toBe(true);
    }
  });
});
