import { sql } from '@app/database';
import { EmailChanges, LINK, press } from '../support/email-changes.js';
import { told } from '../support/notices.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

describe('another address by PATCH /account, abused', () => {
  let app: TestApp;
  let client: YatClient;
  let changes: EmailChanges;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    changes = new EmailChanges(app);
    client = changes.client;
  });
  afterAll(() => app.stop());

  const owner = () => changes.owner();
  const patch = (token: string, body: object) => changes.patch(token, body);
  const ask = (token: string, email: string) => changes.ask(token, email);
  const signsIn = (email: string) => changes.signsIn(email);
  it('of two changes at once, to two addresses, one comes true', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { access_token, email } = await owner();
      const [left, right] = [app.given.email(), app.given.email()];
      const answers = await Promise.all([left, right].map((next) => patch(access_token, { email: next })));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 429]);
      const winner = answers[0]?.status === 200 ? left : right;
      const text = (await app.mailbox.newest(winner)).text;
      expect((await press(app, LINK.exec(text)?.[1] ?? '')).status).toBe(200);
      expect([await signsIn(winner), await signsIn(email)]).toEqual([true, false]);
    }
  });

  it('an older link proves nothing once another address was asked for', async () => {
    const { access_token, email } = await owner();
    const first = await ask(access_token, app.given.email());
    app.clock.advanceSeconds(60);
    const second = await ask(access_token, app.given.email());
    expect((await press(app, first)).status).toBe(410);
    expect(await signsIn(email)).toBe(true);
    expect((await press(app, second)).status).toBe(200);
  });

  it('of 16 presses at once one counts', async () => {
    const { access_token, id } = await owner();
    const token = await ask(access_token, app.given.email());
    const answers = await Promise.all(Array.from({ length: 16 }, () => press(app, token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await told(app, id)).filter((news) => news.includes('email_changed'))).toHaveLength(2);
  });

  it('of two accounts that prove one address at once one gets it, and the other keeps its own', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, other] = [await owner(), await owner()];
      const wanted = app.given.email();
      const tokens = [await ask(one.access_token, wanted), await ask(other.access_token, wanted)];
      const answers = await Promise.all(tokens.map((token) => press(app, token)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const rows = await app.rows(sql`SELECT id FROM accounts WHERE email = ${wanted}`);
      expect(rows).toHaveLength(1);
      expect(await Promise.all([one, other].map(({ email }) => signsIn(email)))).toContain(true);
    }
  });

  it('an address that was taken meanwhile is said so, and the link stays good should it become free', async () => {
    const { access_token, email } = await owner();
    const wanted = app.given.email();
    const token = await ask(access_token, wanted);
    const { id } = await app.given.person({ email: wanted });
    const answer = await press(app, token);
    expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('Another account')]);
    expect(await signsIn(email)).toBe(true);
    await app.rows(sql`UPDATE accounts SET email = ${app.given.email()} WHERE id = ${id}`);
    expect((await press(app, token)).status).toBe(200);
  });

  it('a password that is changed, and a sign-out everywhere, end what was asked for', async () => {
    const changed = await owner();
    const one = await ask(changed.access_token, app.given.email());
    await patch(changed.access_token, { password: 'another long password' });
    expect((await press(app, one)).status).toBe(410);
    const out = await owner();
    const other = await ask(out.access_token, app.given.email());
    await client.post('/logout', undefined, out.access_token);
    expect((await press(app, other)).status).toBe(410);
  });

  it('"this wasn’t me", at the address before, ends it', async () => {
    const { access_token, email } = await owner();
    const token = await ask(access_token, app.given.email());
    const notMe = /not-me\?token=[\w.-]+/.exec((await app.mailbox.newest(email)).text)?.[0];
    expect((await fetch(`${app.url}/${notMe}`, { method: 'POST' })).status).toBe(200);
    expect((await press(app, token)).status).toBe(410);
  });

  it('the page of another site cannot press the button', async () => {
    const { access_token, email } = await owner();
    const token = await ask(access_token, app.given.email());
    expect((await press(app, token, { Origin: 'https://evil.example.org' })).status).toBe(403);
    expect(await signsIn(email)).toBe(true);
  });

  it.each(['', 'x', 'a'.repeat(22), '%00', 'magic'])('the token %j is no link', async (token) => {
    expect((await press(app, token)).status).toBe(410);
    expect((await fetch(`${app.url}/confirm-email?token=${encodeURIComponent(token)}`)).status).toBe(410);
  });

  it('a link of another kind proves no address, and this one signs nobody in', async () => {
    const { access_token, email } = await owner();
    const magic = await app.mailbox.sentBy(email, /magic-link\?token=([\w-]+)/, () =>
      client.post('/auth/magic_link', { email }),
    );
    expect((await press(app, magic.found)).status).toBe(410);
    const token = await ask(access_token, app.given.email());
    expect((await client.post('/auth/magic_link/token', { token })).status).toBe(401);
  });
});
