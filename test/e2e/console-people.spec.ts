import { sql } from '@app/database';
import { ConsoleClient } from '../support/console-client.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

describe('an account in the console', () => {
  let app: TestApp;
  let support: ConsoleClient;
  let admin: ConsoleClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
  });
  beforeEach(async () => {
    [support, admin] = [await ConsoleClient.of(app), await ConsoleClient.of(app, 'admin')];
  });
  afterAll(() => app.stop());

  const pageOf = (id: string) => `/console/accounts/${id}`;
  const press = async (client: ConsoleClient, id: string, deed: string) =>
    client.submit(`${pageOf(id)}/${deed}`, await client.get(pageOf(id)));
  const isIn = async (email: string) => (await new YatClient(app).signIn(email)).status === 200;
  const eventsOf = (id: string) =>
    app.rows<{ event: string; outcome: string; user_agent: string }>(
      sql`SELECT event, outcome, user_agent FROM audit_events WHERE account_id = ${id}::bigint AND protocol = 'console' ORDER BY id`,
    );

  it('is found by the beginning of its address, by its number, and by nothing else', async () => {
    const { id, email } = await app.given.person({ email: 'zoe.search@example.com' });
    for (const text of ['zoe.se', 'ZOE.SEARCH@EXAMPLE.COM', id]) {
      const { text: html } = await support.get(`/console/accounts?q=${encodeURIComponent(text)}`);
      expect([text, html.includes(`href="${pageOf(id)}"`)]).toEqual([text, true]);
      expect(html).toContain(email);
    }
    const none = await support.get('/console/accounts?q=nobody-of-this-name');
    expect(none.text).toContain('Nobody was found.');
  });

  it('is listed with all others, page by page', async () => {
    for (let made = 0; made < 25; made += 1) await app.given.person();
    const first = await support.get('/console/accounts');
    const next = /href="(\/console\/accounts\?cursor=[^"]+)"/.exec(first.text)?.[1] ?? '';
    const namesIn = (text: string) =>
      [...text.matchAll(/href="\/console\/accounts\/(\d+)"/g)].map(([, id]) => id);
    const second = await support.get(next.replaceAll('&amp;', '&'));
    expect(namesIn(first.text)).toHaveLength(20);
    expect(namesIn(second.text).filter((id) => namesIn(first.text).includes(id))).toEqual([]);
  });

  it('shows who it is, its sessions and its story', async () => {
    const { id, email } = await app.given.person({ factor: 'email' });
    const client = new NavixyClient(app);
    await client.post('/user/auth', { login: email, password: 'correct horse battery' });
    await app.mailbox.code(email);
    const { text } = await support.get(pageOf(id));
    expect(text).toContain(email);
    expect(text).toContain('codes by mail');
    expect(text).toContain('waits for the second factor');
    for (const step of ['second_factor open', 'password accepted', 'sign_in_code sent'])
      expect(text).toContain(step);
  });

  it('has nothing of a secret on its page', async () => {
    const { id, otpauthUri = '' } = await app.given.person({ factor: 'totp' });
    const { text } = await support.get(pageOf(id));
    const rows = await app.rows<{ password_hash: string }>(
      sql`SELECT password_hash FROM accounts WHERE id = ${id}::bigint`,
    );
    expect(text).not.toContain(new URL(otpauthUri).searchParams.get('secret'));
    expect(text).not.toContain(rows[0]?.password_hash);
  });

  it('escapes what people call themselves', async () => {
    const { id } = await app.given.person({ username: '<img/src=x>' });
    const html = [await support.get(pageOf(id)), await support.get('/console/accounts?q=%3Cimg')];
    for (const { text } of html) {
      expect(text).toContain('&lt;img/src=x&gt;');
      expect(text).not.toContain('<img/src');
    }
  });

  it('loses one session or all of them, and a session of somebody else stays', async () => {
    const { id, email } = await app.given.person();
    const other = await app.given.person();
    for (const each of [email, email, email, other.email]) await isIn(each);
    const sessions = () =>
      app.rows<{ id: string; account_id: string }>(
        sql`SELECT id::text AS id, account_id::text AS account_id FROM sessions
            WHERE account_id IN (${id}::bigint, ${other.id}::bigint) AND ended_at IS NULL ORDER BY id`,
      );
    const [first] = await sessions();
    await press(support, id, `sessions/${first?.id}/end`);
    expect((await sessions()).map((each) => each.id)).not.toContain(first?.id);
    const foreign = (await sessions()).find((each) => each.account_id === other.id)?.id;
    const token = (await support.get(pageOf(id))).text.match(/name="form_token" value="(\w+)"/)?.[1] ?? '';
    await support.post(`${pageOf(id)}/sessions/${foreign}/end`, { form_token: token });
    expect((await sessions()).map((each) => each.id)).toContain(foreign);
    await press(support, id, 'sessions/end');
    expect((await support.get(pageOf(id))).text).toContain('There is no session.');
    expect((await eventsOf(id)).map(({ event, outcome }) => `${event} ${outcome}`)).toEqual([
      'session.end revoked',
      'session.end revoked',
    ]);
  });

  it('is unlocked', async () => {
    const { id, email } = await app.given.person();
    for (let wrong = 0; wrong <= 5; wrong += 1) await new YatClient(app).signIn(email, 'no such password');
    expect(await isIn(email)).toBe(false);
    expect((await support.get(pageOf(id))).text).toContain('Too many wrong passwords');
    const done = await press(support, id, 'unlock');
    expect(done.location).toBe(`${pageOf(id)}?done=unlocked`);
    expect((await support.get(done.location ?? '')).text).toContain('Unlocked.');
    expect(await isIn(email)).toBe(true);
  });

  it('is closed and opened by whoever may, and its owner is told by whom, but not from where', async () => {
    const { id, email } = await app.given.person();
    expect((await support.get(pageOf(id))).text).not.toContain(`${pageOf(id)}/disable`);
    await press(admin, id, 'disable');
    expect(await isIn(email)).toBe(false);
    const { text } = await app.mailbox.newest(email);
    expect(text).not.toContain('127.0.0.1');
    expect(text).not.toContain(admin.email);
    await press(admin, id, 'enable');
    expect(await isIn(email)).toBe(true);
    expect(await eventsOf(id)).toEqual(
      ['account.disable', 'account.enable'].map((event) => ({
        event,
        outcome: 'done',
        user_agent: `operator ${admin.email}`,
      })),
    );
  });

  it('is sent a link to sign in by', async () => {
    const { id, email } = await app.given.person();
    await press(support, id, 'send');
    expect((await app.mailbox.newest(email)).text).toMatch(/https?:\S+key=/);
    const { id: unable } = await app.given.person({ factor: 'email' });
    const refused = await press(support, unable, 'send');
    expect([refused.status, refused.text.includes('the second factor of the account')]).toEqual([409, true]);
  });

  it('is deleted with a second look: by whoever types its name', async () => {
    const { id, email } = await app.given.person();
    const page = await admin.get(`${pageOf(id)}/delete`);
    const other = await admin.submit(`${pageOf(id)}/delete`, page, { name: 'somebody@example.com' });
    expect([other.status, other.text.includes('not the name of the account')]).toEqual([400, true]);
    expect(await isIn(email)).toBe(true);
    const asked = await admin.submit(`${pageOf(id)}/delete`, page, { name: ` ${email.toUpperCase()} ` });
    expect(asked.location).toBe(`${pageOf(id)}?done=deleting`);
    expect(await isIn(email)).toBe(false);
    expect((await admin.get(asked.location ?? '')).text).toContain('Will be deleted on');
    expect((await press(admin, id, 'restore')).location).toBe(`${pageOf(id)}?done=restored`);
    expect(await isIn(email)).toBe(true);
  });

  it('stays what it is when two operators do the same at once', async () => {
    const { id, email } = await app.given.person();
    const [one, other] = [await ConsoleClient.of(app, 'admin'), await ConsoleClient.of(app, 'admin')];
    const answers = await Promise.all([one, other, one, other].map((client) => press(client, id, 'disable')));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303]);
    expect(await isIn(email)).toBe(false);
  });

  it('of an operator is an account like any other: what happens to it does not end the console', async () => {
    const { id } = await app.given.person({ email: admin.email });
    await press(admin, id, 'disable');
    expect((await admin.get('/console')).status).toBe(200);
    expect((await admin.signIn()).status).toBe(303);
  });

  it.each(['0', 'x', '999999999999999999', '1%20OR%201=1', '%00'])(
    'that is none (%s) is no page, and no failure',
    async (id) => {
      const { status } = await support.get(`/console/accounts/${id}`);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    },
  );
});
