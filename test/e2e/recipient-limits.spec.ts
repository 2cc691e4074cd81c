import { sql } from '@app/database';
import { ORG } from '../support/dfns-people.js';
import { callFrom, fates, PRODUCT_SENDS } from '../support/product-sends.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

const HOUR = 3600;
const lastMessage = sql`SELECT state FROM messages ORDER BY id DESC LIMIT 1`;

/** What anybody may ask for in somebody's name. */
const link = (email: string): [string, string, object] => ['POST', '/auth/magic_link', { email }];
const FLOWS: Record<string, (email: string) => [string, string, object]> = {
  link,
  loginCode: (username) => ['POST', '/auth/login/code', { username }],
  registrationCode: (username) => ['PUT', '/auth/registration/code', { username, orgId: ORG }],
  recoveryCode: (username) => ['POST', '/auth/recover/user/code', { username }],
  reset: (email) => ['POST', '/auth/forgot-password', { email }],
};

/** So many accounts like that one, whose addresses lead to one mailbox. */
const copies = (email: string, count: number) => sql`
  INSERT INTO accounts SELECT (jsonb_populate_record(a, jsonb_build_object('id', a.id + i, 'uuid', gen_random_uuid(),
    'email', 'one.victim+' || i || '@gmail.com'))).* FROM accounts a, generate_series(1, ${count}::int) i WHERE a.email = ${email}
  RETURNING email`;

describe('the messages to one mailbox, over all flows and protocols', () => {
  let app: TestApp;
  let people = 0;
  let networks = 0;

  beforeAll(async () => {
    app = await TestApp.start(PRODUCT_SENDS);
  });
  afterAll(() => app.stop());

  async function person(secondFactor: 'none' | 'email' = 'none') {
    const email = `limit${(people += 1)}@example.com`;
    await app.createAccount({ email, secondFactor, orgId: ORG });
    return email;
  }
  const network = () => `203.0.113.${(networks = (networks % 250) + 1)}`;
  async function ask(flow: (email: string) => [string, string, object], email: string, from = network()) {
    app.clock.advanceSeconds(2);
    return callFrom(app, from, flow(email));
  }
  async function wachtCode(email: string) {
    app.clock.advanceSeconds(2);
    const client = new WachtClient(app, { 'X-Forwarded-For': network() });
    const { id } = await client.signIn({ strategy: 'email_otp', email });
    return client.prepare(id);
  }

  it('of six flows in two minutes are five, and two of recovery', async () => {
    const email = await person();
    for (let turn = 0; turn < 5; turn += 1) {
      for (const flow of Object.values(FLOWS)) await ask(flow, email);
      await wachtCode(email);
    }
    const { sent, withheld } = await fates(app, email);
    expect(sent).toBe(7);
    expect(new Set(withheld)).toEqual(new Set(['recipient']));
    expect(withheld.length).toBeGreaterThanOrEqual(20);
  });

  it('are five in any hour, wherever it begins', async () => {
    const email = await person();
    await ask(link, email);
    app.clock.advanceSeconds(HOUR - 20);
    for (let turn = 0; turn < 5; turn += 1) await ask(link, email);
    expect(await fates(app, email)).toEqual({ sent: 5, withheld: ['recipient'] });
    app.clock.advanceSeconds(20);
    await ask(link, email);
    await ask(link, email);
    expect(await fates(app, email)).toMatchObject({ sent: 6, withheld: ['recipient', 'recipient'] });
  });

  it('are ten in any day', async () => {
    const email = await person();
    for (let turn = 0; turn < 11; turn += 1) {
      await ask(link, email);
      if (turn === 4) app.clock.advanceSeconds(2 * HOUR);
    }
    app.clock.advanceSeconds(2 * HOUR);
    await ask(link, email);
    expect((await fates(app, email)).sent).toBe(10);
    app.clock.advanceSeconds(20 * HOUR);
    await ask(link, email);
    expect((await fates(app, email)).sent).toBe(11);
  });

  it('by 64 calls at once are five', async () => {
    const email = await person();
    const emails = (await app.rows<{ email: string }>(copies(email, 64))).map((row) => row.email);
    const asked = emails.map((email, index) => callFrom(app, `198.51.100.${index}`, link(email)));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    // A machine that is too busy lets none of those pass that it gives up.
    const answered = statuses.filter((status) => status !== 503);
    expect(new Set(answered)).toEqual(new Set([200]));
    const { sent, withheld } = await fates(app, 'one.victim+%@gmail.com');
    expect([sent, withheld.length]).toEqual([5, answered.length - 5]);
  });

  it.each([
    ['dots and tags of a provider that leaves them out', ['v.ic+1@gmail.com', 'vic@googlemail.com'], true],
    ['tags of one that keeps dots', ['a.b+1@outlook.com', 'a.b@outlook.com'], true],
    ['dots of one that keeps dots', ['c.d@outlook.com', 'cd@outlook.com'], false],
    ['tags where nothing is known', ['e+1@example.org', 'e@example.org'], false],
    ['two spellings of a domain', ['f@bücher.example', 'f@xn--bcher-kva.example'], true],
    ['nothing before a tag', ['+1@fastmail.com', '+2@fastmail.com'], false],
  ])('count as one for %s: %p', async (_, [one = '', other = ''], together) => {
    const signUp = async (email: string) => {
      app.clock.advanceSeconds(2);
      const client = new WachtClient(app, { 'X-Forwarded-For': network() });
      const { id } = await client.signUp({ email, password: 'gelbe Kanne im Schnee 7' });
      return (await client.prepareSignUp(id)).status;
    };
    for (let turn = 0; turn < 5; turn += 1) expect(await signUp(one)).toBe(200);
    expect(await signUp(other)).toBe(200);
    const states = await app.rows<{ state: string }>(lastMessage);
    expect(states[0]?.state === 'withheld').toBe(together);
  });

  it('capped or not, known or not, are asked for with one answer', async () => {
    const email = await person();
    const first = await ask(link, email);
    for (let turn = 0; turn < 4; turn += 1) await ask(link, email);
    expect(await ask(link, email)).toEqual(first);
    expect(await ask(link, 'nobody-at-all@example.com')).toEqual(first);
    expect((await fates(app, email)).withheld).toEqual(['recipient']);
  });

  it('that strangers used up leave the codes behind a password to their owner', async () => {
    const email = await person('email');
    for (let turn = 0; turn < 8; turn += 1) await ask(link, email);
    for (let turn = 0; turn < 8; turn += 1) await wachtCode(email);
    const yat = new YatClient(app);
    for (let turn = 1; turn <= 10; turn += 1) {
      app.clock.advanceSeconds(2);
      await yat.signIn(email);
    }
    const before = (await fates(app, email)).sent;
    const { refresh_token } = (await yat.signIn(email)).body;
    expect((await fates(app, email)).sent).toBe(before);
    app.clock.advanceSeconds(HOUR);
    expect(refresh_token).toBeDefined();
    const again = (await yat.signIn(email)).body;
    const count = (await fates(app, email)).sent;
    expect(count).toBe(before + 1);
    const code = await app.mailbox.code(email, count);
    expect((await yat.confirm(again.refresh_token, code)).status).toBe(200);
  });

  it('leave one network half of what is kept for recovery', async () => {
    const email = await person();
    const reset = FLOWS['reset'] as typeof link;
    for (let turn = 0; turn < 5; turn += 1) await ask(link, email);
    for (let turn = 0; turn < 3; turn += 1) await ask(reset, email, '203.0.113.251');
    expect((await fates(app, email)).sent).toBe(6);
    for (let turn = 0; turn < 3; turn += 1) await ask(reset, email, '203.0.113.252');
    expect((await fates(app, email)).sent).toBe(7);
  });
});
