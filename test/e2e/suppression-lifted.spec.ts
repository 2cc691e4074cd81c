import { sql } from '@app/database';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { EVENTS } from '../support/events.js';
import { MORE_WAYS_IN, SECOND_STEPS } from '../support/more-ways-in.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { WAYS_IN } from '../support/ways-in.js';

// Nothing is sent to an address whose mail came back. Whoever uses what was sent there has read it, so it can be sent to again.
describe('an address that nothing is sent to', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off' });
  });
  afterAll(() => app.stop());

  const fresh = () => `lifted${(people += 1)}@example.com`;
  async function person(secondFactor: 'none' | 'email'): Promise<string> {
    const email = fresh();
    await app.createAccount({ email, secondFactor });
    return email;
  }
  const suppress = (email: string) =>
    app.rows(sql`
      INSERT INTO suppressed_addresses (address, since, reference) VALUES (${email}, ${app.clock.now()}::timestamptz, 'REFERENC')`);
  const isSuppressed = async (email: string) =>
    (await app.rows(sql`SELECT FROM suppressed_addresses WHERE address = ${email}`)).length === 1;

  const firsts = { ...WAYS_IN, ...MORE_WAYS_IN };
  const mailedFirst = Object.keys(firsts).filter((way) => /link|mail/.test(way));
  const mailedSecond = [
    'a navixy code',
    'a docspace password and code',
    'a yat code',
    'a wacht code after the password',
  ];

  it.each([
    ...mailedFirst.map((way) => [way, 'none', firsts[way]] as const),
    ...mailedSecond.map((way) => [way, 'email', SECOND_STEPS[way]] as const),
  ])('is sent to again after %s was used', async (_, factor, approach) => {
    const email = await person(factor);
    const { send, isIn } = await (approach as (typeof WAYS_IN)[string])(app, email);
    await suppress(email);
    await send();
    expect([await isIn(), await isSuppressed(email)]).toEqual([true, false]);
  });

  it.each(Object.keys(firsts).filter((way) => !mailedFirst.includes(way)))(
    'stays so after %s, which says nothing of its mailbox',
    async (way) => {
      const email = await person('none');
      const { send, isIn } = await (firsts[way] as (typeof WAYS_IN)[string])(app, email);
      await suppress(email);
      await send();
      expect([await isIn(), await isSuppressed(email)]).toEqual([true, true]);
    },
  );

  it('stays so after a wrong code', async () => {
    const email = await person('none');
    const client = new WachtClient(app);
    const { id, code } = await client.begun(email);
    await suppress(email);
    await client.verify(id, code === '000000' ? '000001' : '000000');
    expect(await isSuppressed(email)).toBe(true);
  });

  it('is sent to again after a new password by the link that was mailed', async () => {
    const email = await person('none');
    const reset = await (EVENTS['a reset of the password'] as (typeof EVENTS)[string])(app, email);
    await suppress(email);
    await reset();
    expect(await isSuppressed(email)).toBe(false);
  });

  it('is sent to again after the sign-up that proves it', async () => {
    const email = fresh();
    const client = new WachtClient(app);
    const { id } = await client.signUp({ email, password: 'correct horse battery' });
    const before = app.mailbox.count(email);
    await client.prepareSignUp(id);
    const code = await app.mailbox.code(email, before + 1);
    await suppress(email);
    expect((await client.verifySignUp(id, code)).status).toBe(200);
    expect(await isSuppressed(email)).toBe(false);
  });

  it('is sent to again after a recovery code of dfns', async () => {
    const client = new DfnsClient(app);
    const member = await new DfnsPeople(app, client).member();
    const code = await client.mailedCode(member.email);
    await suppress(member.email);
    expect((await client.recoveryInit(member.email, code, member.recoveryKey.credId)).status).toBe(200);
    expect(await isSuppressed(member.email)).toBe(false);
  });
});
