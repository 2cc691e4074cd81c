import { sql } from '@app/database';
import { EmailChanges, LINK, press } from '../support/email-changes.js';
import { told } from '../support/notices.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

describe('another address by PATCH /account', () => {
  let app: TestApp;
  let client: YatClient;
  let changes: EmailChanges;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    changes = new EmailChanges(app);
    client = changes.client;
  });
  afterAll(() => app.stop());

  const owner = (factor?: 'none' | 'totp') => changes.owner(factor);
  const patch = (token: string, body: object) => changes.patch(token, body);
  const ask = (token: string, email: string) => changes.ask(token, email);
  const signsIn = (email: string) => changes.signsIn(email);
  const audited = (id: string) =>
    app.rows<{ what: string }>(
      sql`SELECT event || ' ' || outcome AS what FROM audit_events WHERE account_id = ${id} AND event LIKE 'contact%' ORDER BY id`,
    );

  it('counts when it is proven: until then the one before is shown, and signs in', async () => {
    const { email, access_token, id } = await owner();
    const next = app.given.email();
    const { answer, found } = await app.mailbox.sentBy(next, LINK, () =>
      patch(access_token, { email: next }),
    );
    expect(answer).toMatchObject({ status: 200, body: { user: { email } } });
    expect([await signsIn(email), await signsIn(next)]).toEqual([true, false]);
    expect((await press(app, found)).status).toBe(200);
    expect([await signsIn(email), await signsIn(next)]).toEqual([false, true]);
    expect((await client.account(access_token)).body.user).toMatchObject({ email: next, is_active: true });
    expect((await audited(id)).map(({ what }) => what)).toEqual(['contact.change redeemed']);
  });

  it('tells the mailbox before at both times, and the new one when it counts', async () => {
    const { email, access_token, id } = await owner();
    const next = app.given.email();
    const token = await ask(access_token, next);
    expect(await told(app, id)).toEqual([`email email_changing ${email}`]);
    await press(app, token);
    expect(await told(app, id)).toEqual([
      `email email_changing ${email}`,
      `email email_changed ${email}`,
      `email email_changed ${next}`,
    ]);
  });

  it('shows which address on a page that changes nothing by being opened', async () => {
    const { email, access_token } = await owner();
    const next = app.given.email();
    const token = await ask(access_token, next);
    for (let opened = 0; opened < 3; opened += 1) {
      const page = await fetch(`${app.url}/confirm-email?token=${token}`);
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(next)]);
    }
    expect(await signsIn(email)).toBe(true);
  });

  it('changes what else is given at once, and a new password does not end what it asks for', async () => {
    const { access_token, email } = await owner();
    const next = app.given.email();
    const password = 'another long password';
    const change = { email: next, first_name: 'Grace', password };
    const { answer, found } = await app.mailbox.sentBy(next, LINK, () => patch(access_token, change));
    expect(answer.body.user).toMatchObject({ email, first_name: 'Grace' });
    expect((await press(app, found)).status).toBe(200);
    expect((await client.signIn(next, password)).status).toBe(200);
  });

  it('gives an account its first address', async () => {
    const created = await app.createAccount({ username: 'nameless-so-far', secondFactor: 'none' });
    const { body } = await client.post('/auth/token', {
      alternate_id: 'nameless-so-far',
      password: 'correct horse battery',
    });
    const next = app.given.email();
    expect((await press(app, await ask(body.access_token, next))).status).toBe(200);
    expect(await signsIn(next)).toBe(true);
    expect(await told(app, created.id)).toEqual([`email email_changed ${next}`]);
  });

  it('takes its own address, in any spelling, for no change', async () => {
    const { email, access_token, id } = await owner();
    expect((await patch(access_token, { email: email.toUpperCase() })).status).toBe(200);
    expect(await told(app, id)).toEqual([]);
  });

  it('needs a proof that is fresh, of the second factor where there is one', async () => {
    const plain = await owner();
    app.clock.advanceSeconds(899);
    await ask(plain.access_token, app.given.email());
    app.clock.advanceSeconds(1);
    const { access_token } = (await client.refresh(plain.refresh_token)).body;
    expect((await patch(access_token, { email: app.given.email() })).status).toBe(424);
    const guarded = await owner('totp');
    app.clock.advanceSeconds(890);
    const again = (await client.refresh(guarded.refresh_token)).body;
    app.clock.advanceSeconds(10);
    expect((await patch(again.access_token, { email: app.given.email() })).status).toBe(424);
  });

  it('is good for 900 s, and once', async () => {
    const late = await owner();
    const missed = await ask(late.access_token, app.given.email());
    app.clock.advanceSeconds(900);
    expect((await press(app, missed)).status).toBe(410);
    const { access_token } = await owner();
    const token = await ask(access_token, app.given.email());
    app.clock.advanceSeconds(899);
    expect((await press(app, token)).status).toBe(200);
    expect((await press(app, token)).status).toBe(410);
  });

  it('is sent once a minute and five times an hour', async () => {
    const { access_token, refresh_token } = await owner();
    let token = access_token;
    for (let sent = 0; sent < 5; sent += 1) {
      await ask(token, app.given.email());
      app.clock.advanceSeconds(59);
      const tooSoon = await patch(token, { email: app.given.email(), first_name: 'Nobody' });
      expect([tooSoon.status, tooSoon.headers.get('retry-after')]).toEqual([429, '1']);
      app.clock.advanceSeconds(1);
    }
    const spent = await patch(token, { email: app.given.email(), first_name: 'Nobody' });
    expect([spent.status, spent.headers.get('retry-after')]).toEqual([429, '3300']);
    token = (await client.refresh(refresh_token)).body.access_token;
    expect((await client.account(token)).body.user).toMatchObject({ first_name: '' });
  });

  it('refuses an address that another account has, with 422 and uniqueness, and changes nothing', async () => {
    const [one, other] = [await owner(), await app.given.person()];
    const { status, body } = await patch(one.access_token, { email: other.email, first_name: 'Nobody' });
    expect([status, body.fields?.email?.[0]?.code]).toEqual([422, 'uniqueness']);
    expect((await client.account(one.access_token)).body.user).toMatchObject({ first_name: '' });
    await ask(one.access_token, app.given.email());
  });

  it('refuses whoever has not proven the address that they registered', async () => {
    const email = app.given.email();
    const { body } = await client.post('/users', { email, password: 'a long enough password' });
    const { status } = await patch(body.access_token, { email: app.given.email() });
    expect(status).toBe(403);
  });

  it('of an address that somebody registered, and nobody proved, nothing is left in the way', async () => {
    const { access_token } = await owner();
    const next = app.given.email();
    const password = 'a squatters password';
    const squatter = (await client.post('/users', { email: next, password })).body;
    expect((await press(app, await ask(access_token, next))).status).toBe(200);
    expect((await client.account(squatter.access_token)).status).toBe(401);
    expect((await client.signIn(next, password)).status).toBe(401);
    expect(await signsIn(next)).toBe(true);
  });

  it('ends what was mailed to the address before', async () => {
    const { email, access_token } = await owner();
    const magic = await app.mailbox.sentBy(email, /magic-link\?token=([\w-]+)/, () =>
      client.post('/auth/magic_link', { email }),
    );
    await press(app, await ask(access_token, app.given.email()));
    expect((await client.post('/auth/magic_link/token', { token: magic.found })).status).toBe(401);
  });

  describe('where a sign-up does not say who has an account', () => {
    let silent: TestApp;

    beforeAll(async () => {
      silent = await TestApp.start({ limits: 'off', SIGNUP_DISCLOSES_ACCOUNTS: 'false' });
    });
    afterAll(() => silent.stop());

    it('answers of a taken address like of a free one, and its owner is told', async () => {
      const yat = new YatClient(silent);
      const [one, other] = [await silent.given.person(), await silent.given.person()];
      const { access_token } = (await yat.signIn(one.email)).body;
      const { status, body } = await yat.call('PATCH', '/account', { email: other.email }, access_token);
      expect([status, body.user?.email]).toEqual([200, one.email]);
      expect(await told(silent, other.id)).toEqual([`email account_exists ${other.email}`]);
      expect(await told(silent, one.id)).toEqual([]);
      silent.clock.advanceSeconds(60);
      const free = await yat.call('PATCH', '/account', { email: silent.given.email() }, access_token);
      expect(Object.keys(free.body)).toEqual(Object.keys(body));
    });
  });
});
