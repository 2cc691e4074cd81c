import { hash as bcrypt } from '@node-rs/bcrypt';
import { sql } from '@app/database';
import { MigrationSource } from '../support/migration-source.js';
import { NavixyClient } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

describe('people who come when they sign in', () => {
  let app: TestApp;
  let source: MigrationSource;
  let verifier: string;
  let people = 0;

  beforeAll(async () => {
    source = await MigrationSource.start();
    verifier = await bcrypt(PASSWORD, 4);
  });
  beforeEach(async () => {
    app = await TestApp.start({ ...source.environment, limits: 'off' });
    app.clock.advanceSeconds((Date.now() - app.clock.now().getTime()) / 1000);
    source.asked.length = 0;
  });
  afterEach(() => app.stop());
  afterAll(() => source.stop());

  /** Somebody whom the other system knows. */
  function known(more: object = {}) {
    const email = `late${(people += 1)}@example.com`;
    const person = {
      externalId: `old-${people}`,
      email,
      emailVerified: true,
      passwordHash: verifier,
      ...more,
    };
    source.people.set(email, person);
    return person;
  }
  const signIn = (email: string, password = PASSWORD) => new YatClient(app).signIn(email, password);
  const accounts = () => app.rows(sql`SELECT FROM accounts`);

  it('are taken over at the first right password, once, and are asked for no more', async () => {
    const { email } = known({ orgId: 'acme' });
    const racers = await Promise.all([1, 2, 3].map(() => signIn(email)));
    expect(racers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(source.asked.every(({ kind, name }) => kind === 'email' && name === email)).toBe(true);
    const asked = source.asked.length;
    expect((await signIn(email)).status).toBe(200);
    expect(source.asked).toHaveLength(asked);
    expect(source.unsigned).toBe(0);
    expect(await accounts()).toHaveLength(1);
    expect(
      await app.rows(
        sql`SELECT outcome, count(*)::int AS n FROM audit_events WHERE event = 'account.import' GROUP BY 1`,
      ),
    ).toEqual([{ outcome: 'done', n: 1 }]);
  });

  it('come with their second factor, and do not get past it', async () => {
    const authenticator = 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    const { email } = known({ secondFactor: 'totp', authenticator });
    const { body } = await new NavixyClient(app).signIn(email);
    expect(body).toMatchObject({ factor_type: 'totp' });
  });

  it('are not taken over for a wrong password, and answered as nobody is', async () => {
    const { email } = known();
    const [wrong, nobody] = [await signIn(email, 'wrong horse battery'), await signIn('nobody@example.com')];
    await app.createAccount({ email: 'here@example.com', secondFactor: 'none' });
    const here = await signIn('here@example.com', 'wrong horse battery');
    expect([wrong.status, wrong.body]).toEqual([nobody.status, nobody.body]);
    expect([wrong.status, wrong.body]).toEqual([here.status, here.body]);
    // Each is asked for, so that none takes another time.
    expect(source.asked.map(({ name }) => name)).toEqual([email, 'nobody@example.com', 'here@example.com']);
    expect(await accounts()).toHaveLength(1);
  });

  it('never change who is here, whatever is answered', async () => {
    await app.createAccount({ email: 'mine@example.com', secondFactor: 'none' });
    source.people.set('mine@example.com', {
      ...{ externalId: 'x', email: 'mine@example.com', emailVerified: true },
      passwordHash: await bcrypt('another horse battery', 4),
    });
    expect((await signIn('mine@example.com', 'another horse battery')).status).not.toBe(200);
    expect((await signIn('mine@example.com')).status).toBe(200);
    const { email } = known({ username: 'taken' });
    await app.rows(sql`UPDATE accounts SET username = 'taken'`);
    expect((await signIn(email)).status).not.toBe(200);
    expect(await accounts()).toHaveLength(1);
  });

  it('get the password that they have there, where they were brought along without one', async () => {
    const person = known();
    await app.rows(sql`
      INSERT INTO accounts (id, email, activated_at, created_at, updated_at) VALUES (77, ${person.email}, now(), now(), now())`);
    expect((await signIn(person.email)).status).not.toBe(200);
    await app.rows(sql`
      INSERT INTO imported_accounts (account_id, external_id, imported_at) VALUES (77, ${person.externalId}, now())`);
    expect((await signIn(person.email)).status).toBe(200);
    expect(await accounts()).toHaveLength(1);
  });

  it.each<[what: string, answer: object | string | number]>([
    ['somebody of another name', { externalId: 'o', email: 'other@example.com', emailVerified: true }],
    [
      'a hash that asks for too much',
      { passwordHash: '$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW' },
    ],
    ['no JSON', 'none'],
    ['what is too long', 'x'.repeat(70_000)],
    ['an error', 500],
    ['a redirect', 302],
    ['a list', []],
  ])('are nobody when the answer is %s', async (_, answer) => {
    const { email, ...person } = known();
    const given =
      typeof answer === 'object' && !Array.isArray(answer) ? { email, ...person, ...answer } : answer;
    source.people.set(email, given);
    const { status, body } = await signIn(email);
    const nobody = await signIn('nobody@example.com');
    expect([status, body]).toEqual([nobody.status, nobody.body]);
    expect(await accounts()).toHaveLength(0);
  });

  it('are waited for no longer than two seconds, and not asked for when that happened five times', async () => {
    for (let slow = 1; slow <= 6; slow += 1) {
      const { email } = known();
      source.people.set(email, null);
      expect((await signIn(email)).status).toBe(401);
    }
    expect(source.asked).toHaveLength(5);
    expect((await signIn(known().email)).status).toBe(401);
    expect(source.asked).toHaveLength(5);
  });
});
