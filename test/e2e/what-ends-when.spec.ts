import { EVENTS, fatesAt, THINGS, type AccountEvent, type AttemptPurpose } from '@app/kernel';
import { DOORS, PEOPLE, type Door } from '../support/what-opens/doors.js';
import { lives, type Sample } from '../support/what-opens/sample.js';
import { World } from '../support/what-opens/world.js';

const MOST_MS = 120_000;

/** What is tried after an event, and how it has to turn out. */
interface Trial {
  name: string;
  sample: Sample;
  expected: boolean;
}

/** What success with another has closed is not tried; a recovery that is over cannot be stopped. */
function trialsOf(event: AccountEvent, samples: Sample[], own: string | undefined): Trial[] {
  const closed = new Set<AttemptPurpose>();
  return samples.flatMap((sample) => {
    const expected = lives(event, sample, own);
    const { thing, what, closes, isClosedBy } = sample;
    if (thing === 'recovery_stop' && fatesAt(event).pending_recovery === 'ends') return [];
    if (expected && isClosedBy && closed.has(isClosedBy)) return [];
    if (expected && closes) closed.add(closes);
    return [{ name: `${thing}, ${what}`, sample, expected }];
  });
}

const cases = (Object.entries(DOORS) as [AccountEvent, Door[]][]).flatMap(([event, doors]) =>
  doors.map((door) => ({ event, door, name: `${EVENTS[event].name}: ${door.how}` })),
);

describe('what ends when, found out by using everything after every event', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  }, 60_000);
  afterAll(() => world.stop());

  /** How each trial turns out, and how it has to. */
  async function tried(trials: Trial[]) {
    const alive: Record<string, boolean> = {};
    for (const { name, sample } of trials) alive[name] = await sample.isAlive();
    return { alive, expected: Object.fromEntries(trials.map(({ name, expected }) => [name, expected])) };
  }

  it.each(cases)(
    '$name',
    async ({ event, door }) => {
      const who = await door.who(world);
      const own = (await door.pass(world, who)) ?? undefined;
      const { alive, expected } = await tried(trialsOf(event, who.samples, own));
      expect(alive).toEqual(expected);
    },
    MOST_MS,
  );

  it.each(Object.entries(PEOPLE))(
    'nothing having happened, everything opens: %s',
    async (_name, make) => {
      const { samples } = await make(world);
      const { alive } = await tried(trialsOf('signed_out_here', samples, undefined));
      expect(Object.entries(alive).filter(([, opens]) => !opens)).toEqual([]);
    },
    MOST_MS,
  );

  it('leaves out no thing of the table', async () => {
    const things = new Set<string>();
    for (const make of Object.values(PEOPLE))
      for (const { thing } of (await make(world)).samples) things.add(thing);
    expect([...things].sort()).toEqual(Object.keys(THINGS).sort());
  }, 60_000);

  it('abuse: a sign-in that was begun by a text does not get on with the codes that are texted from now on', async () => {
    const who = await PEOPLE.guarded(world);
    const thief = world.wacht();
    world.tick();
    const { id } = await thief.signIn({ strategy: 'phone_otp', phone_number: who.phone });
    const text = await world.mailed(who.phone, () => thief.prepare(id, 'sms'));
    const waiting = await thief.verify(id, codeIn(text));
    expect(waiting.body.session.signins).toEqual([]);
    const { token, phone } = who;
    const enable = () => world.yat.post('/account/2fa/enable', { provider: 'SMS', phone }, token);
    const code = codeIn(await world.mailed(phone, enable));
    expect((await world.yat.post('/account/2fa/confirm', { code }, token)).status).toBe(200);
    world.tick();
    expect((await thief.prepare(id, 'sms')).code).toBe('INVALID_ATTEMPT');
  });
});

const codeIn = (text: string) => /\b\d{6}\b/.exec(text)?.[0] as string;
