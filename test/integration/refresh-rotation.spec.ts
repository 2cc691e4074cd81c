import { sql } from '@app/database';
import fc from 'fast-check';
import { AuthError, Ids, type RequestContext } from '@app/kernel';
import { RefreshService } from '../../apps/auth/src/token-refresh/refresh.service.js';
import { PasswordTokenService } from '../../apps/auth/src/token-refresh/password-token.service.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const GRACE_SECONDS = 10;
const IDLE_SECONDS = 30 * 86_400;
const ABSOLUTE_SECONDS = 90 * 86_400;
const RUNS = 40;

/** What anybody can do with the tokens of one session: present the one `age` turns old, `times` at once, or wait. */
type Step = { present: number; times: number } | { wait: number };

const present = fc.record({
  present: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.constant(1) },
    fc.integer({ min: 2, max: 4 }),
  ),
  times: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 6 })),
});
const wait = fc.record({
  wait: fc.oneof(
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom(10, 11, 3600, IDLE_SECONDS - 1, IDLE_SECONDS),
  ),
});

/** A repeat within the grace, and the newest token used at the last second of the life that began with it. */
const LATE_REPEAT: Step[] = [
  { present: 0, times: 1 },
  { wait: 1 },
  { present: 1, times: 1 },
  { wait: IDLE_SECONDS - 1 },
  { present: 0, times: 1 },
];

describe('the rotation of refresh tokens', () => {
  let app: TestApp;
  let service: RefreshService;
  let sessions = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DATABASE_POOL_SIZE: '10' });
    service = app.nest.get(RefreshService, { strict: false });
  });
  afterAll(() => app.stop());

  const call = (): RequestContext => {
    const ids = app.nest.get(Ids);
    const client = { address: '127.0.0.1', network: '127.0.0.1', userAgent: 'test', requestId: 'test' };
    return { protocol: 'yat', client, now: app.clock.now(), nextId: () => ids.next() };
  };
  async function begin() {
    const email = `rotation${(sessions += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    const begun = await app.nest
      .get(PasswordTokenService, { strict: false })
      .signIn(call(), { kind: 'email', value: email }, PASSWORD);
    return { id: begun.holder.session_id, token: begun.refreshToken };
  }
  /** The next token, or undefined for a refusal. */
  const refresh = (token: string) =>
    service.refresh(call(), token).then(
      ({ refreshToken }) => refreshToken,
      (error: unknown) => {
        if (error instanceof AuthError && error.code === 'session_not_found') return undefined;
        throw error;
      },
    );
  const isLive = async (id: string) => {
    const [row] = await app.rows<{ live: boolean }>(
      sql`SELECT ended_at IS NULL AS live FROM sessions WHERE id = ${id}`,
    );
    return row?.live;
  };

  /** The rules, in the plainest words there are. */
  class Model {
    private readonly bornAt = this.seconds();
    private rotatedAt = -Infinity;
    private endsAt = this.bornAt + IDLE_SECONDS;
    ended = false;

    constructor(readonly chain: string[]) {}

    /** Whether the token is good, and whether it then is a new one that comes back or the newest again. */
    present(token: string): 'next' | 'again' | 'refused' {
      const now = this.seconds();
      if (this.ended || now >= this.endsAt) return 'refused';
      const age = this.chain.length - 1 - this.chain.indexOf(token);
      const isNewest = age === 0;
      if (!isNewest && (age > 1 || now - this.rotatedAt > GRACE_SECONDS)) {
        this.ended = true;
        return 'refused';
      }
      // Whoever is given the newest again has its whole life before them.
      this.endsAt = Math.min(now + IDLE_SECONDS, this.bornAt + ABSOLUTE_SECONDS);
      if (isNewest) this.rotatedAt = now;
      return isNewest ? 'next' : 'again';
    }

    private seconds(): number {
      return app.clock.now().getTime() / 1000;
    }
  }

  async function play(model: Model, token: string, times: number): Promise<void> {
    const answers = await Promise.all(Array.from({ length: times }, () => refresh(token)));
    for (let turn = 0; turn < times; turn += 1) {
      const expected = model.present(token);
      const good = answers.filter((answer) => answer !== undefined);
      if (expected === 'refused') expect(good).toHaveLength(0);
      else expect(good).toHaveLength(times);
      if (expected === 'next') model.chain.push(good[0] as string);
    }
    const distinct = new Set(answers.filter((answer) => answer !== undefined));
    expect([...distinct]).toEqual(distinct.size ? [model.chain.at(-1)] : []);
  }

  it('follows the model for any interleaving of refreshes, lost answers, waits and replays', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(present, wait), { maxLength: 14 }), async (steps: Step[]) => {
        const { id, token } = await begin();
        const model = new Model([token]);
        for (const step of steps) {
          if ('wait' in step) app.clock.advanceSeconds(step.wait);
          else
            await play(
              model,
              model.chain.at(-1 - Math.min(step.present, model.chain.length - 1)) as string,
              step.times,
            );
          expect(await isLive(id)).toBe(!model.ended);
        }
      }),
      { numRuns: RUNS, examples: [[LATE_REPEAT]] },
    );
  });

  it('never logs an honest client out, however many answers are lost and however many tabs refresh at once', async () => {
    const turn = fc.record({
      lost: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
      tabs: fc.integer({ min: 1, max: 5 }),
      idle: fc.integer({ min: GRACE_SECONDS + 1, max: 86_400 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 8 }), async (turns) => {
        let { token } = await begin();
        for (const { lost, tabs, idle } of turns) {
          app.clock.advanceSeconds(idle);
          for (const seconds of lost) {
            expect(await refresh(token)).toBeDefined();
            app.clock.advanceSeconds(seconds);
          }
          const answers = await Promise.all(Array.from({ length: tabs }, () => refresh(token)));
          expect(new Set(answers).size).toBe(1);
          token = answers[0] as string;
          expect(token).toBeDefined();
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps one live token of all that were ever issued: every other one is refused', async () => {
    const { id, token } = await begin();
    const chain = [token];
    for (let turn = 0; turn < 5; turn += 1) {
      chain.push((await refresh(chain.at(-1) as string)) as string);
      app.clock.advanceSeconds(GRACE_SECONDS + 1);
    }
    const [row] = await app.rows<{ refresh_hash: string }>(
      sql`SELECT refresh_hash FROM sessions WHERE id = ${id}`,
    );
    expect(row?.refresh_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(row)).not.toContain(chain.at(-1));
    expect(await refresh(chain[1] as string)).toBeUndefined();
    expect(await refresh(chain.at(-1) as string)).toBeUndefined();
  });
});
