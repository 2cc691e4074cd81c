import { AccountDeletion } from '@app/administration';
import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { Interleaving } from '../support/interleaving.js';
import { told } from '../support/notices.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

const FRESH_SECONDS = 900;

describe('an account that its owner deletes with a wacht client', () => {
  let app: TestApp;
  let atOnce: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    atOnce = await TestApp.start({ limits: 'off', DELETION_DELAY_SECONDS: '0' }, app);
  });
  afterAll(async () => {
    await atOnce.stop();
    await app.stop();
  });

  async function signedIn(secondFactor: 'none' | 'totp' = 'none', on = app) {
    const email = `goes${(people += 1)}@example.com`;
    const account = await app.createAccount({ email, secondFactor });
    const client = new WachtClient(on);
    const { id } = await client.signInWithPassword(email);
    const authenticator = account.otpauthUri ? new Authenticator(app, account.otpauthUri) : undefined;
    if (authenticator) await client.verify(id, authenticator.code());
    return { email, client, id: account.id };
  }
  const stateOf = async (id: string) =>
    (
      await app.rows<{ due: boolean }>(
        sql`SELECT deletion_due_at IS NOT NULL AS due FROM accounts WHERE id = ${id}`,
      )
    )[0];
  const remove = (client: WachtClient, current_password?: string) =>
    client.post('/me/delete', current_password === undefined ? {} : { current_password });

  it('is shut, all its sign-ins end in every protocol, and its owner is told until when it can be restored', async () => {
    const { email, client, id } = await signedIn();
    const yat = new YatClient(app);
    const { access_token } = (await yat.signIn(email)).body;
    const { status, body } = await remove(client, PASSWORD);
    expect([status, body.data]).toEqual([200, { success: true }]);
    expect(body.session.signins).toEqual([]);
    expect((await client.get('/me')).code).toBe('NOT_AUTHENTICATED');
    expect((await yat.account(access_token)).status).toBe(401);
    expect((await yat.signIn(email)).status).not.toBe(200);
    expect(await stateOf(id)).toEqual({ due: true });
    expect(await told(app, id)).toEqual([`email account_deleting ${email}`]);
    expect(await app.nest.get(AccountDeletion).restore(app.operatorCall(), id)).toBe('open');
    expect((await yat.signIn(email)).status).toBe(200);
  });

  it('is gone at once where there is no delay, and leaves no address of its owner in the audit log', async () => {
    const { email, client, id } = await signedIn('none', atOnce);
    expect((await remove(client, PASSWORD)).status).toBe(200);
    expect(await stateOf(id)).toBeUndefined();
    const left = await app.rows<{ outcome: string; client_address: string | null }>(sql`
      SELECT outcome, client_address FROM audit_events WHERE account_id = ${id} AND event = 'account.delete' ORDER BY id`);
    expect(left).toEqual([
      { outcome: 'asked', client_address: null },
      { outcome: 'deleted', client_address: 'self' },
    ]);
    expect((await client.session()).body.session.signins).toEqual([]);
    expect((await app.given.person({ email })).id).not.toBe(id);
  });

  it('goes by DELETE /me as well', async () => {
    const { client, id } = await signedIn();
    const { status } = await client.send('/me', {
      method: 'DELETE',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ current_password: PASSWORD }),
    });
    expect([status, await stateOf(id)]).toEqual([200, { due: true }]);
  });

  it('stays without its password, or with a wrong one, which counts like one of a sign-in', async () => {
    const { client, id } = await signedIn();
    for (const password of [undefined, 'not the password']) {
      const { status, code } = await remove(client, password);
      expect([status, code]).toEqual([400, 'VALIDATION_ERROR']);
    }
    expect(await stateOf(id)).toEqual({ due: false });
    for (let wrong = 1; wrong < 5; wrong += 1) await remove(client, 'not the password');
    expect((await remove(client, PASSWORD)).status).toBe(429);
    expect(await stateOf(id)).toEqual({ due: false });
    expect(await told(app, id)).toEqual([]);
  });

  it.each([
    ['a second factor', 'totp', FRESH_SECONDS - 1, 200],
    ['a second factor', 'totp', FRESH_SECONDS, 403],
    ['no second factor, but the password', 'none', FRESH_SECONDS, 200],
  ] as const)('with %s (%s) needs that fresh: %i s after it %i', async (_what, factor, seconds, expected) => {
    const { client, id } = await signedIn(factor);
    app.clock.advanceSeconds(seconds);
    expect((await remove(client, PASSWORD)).status).toBe(expected);
    expect(await stateOf(id)).toEqual({ due: expected === 200 });
  });

  it('without a password needs a sign-in of the last 15 minutes', async () => {
    const { client, id, email } = await signedIn();
    await app.rows(sql`UPDATE accounts SET password_hash = NULL WHERE id = ${id}`);
    app.clock.advanceSeconds(FRESH_SECONDS);
    expect((await remove(client)).code).toBe('FORBIDDEN');
    expect(await stateOf(id)).toEqual({ due: false });
    await client.signedIn(email);
    expect((await remove(client)).status).toBe(200);
    expect(await stateOf(id)).toEqual({ due: true });
  });

  it('is asked for once, by whichever of many calls at once', async () => {
    const { client, id, email } = await signedIn();
    const answers = await Promise.all(Array.from({ length: 5 }, () => remove(client.copy(), PASSWORD)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(await told(app, id)).toEqual([`email account_deleting ${email}`]);
  });

  it('answers a sign-in politely that comes at the moment at which it goes', async () => {
    const order = await Interleaving.of(app.databaseUrl);
    const { client, email } = await signedIn('none', atOnce);
    const other = new WachtClient(app);
    await other.session();
    const [gone, late] = await order.meet(
      () => remove(client, PASSWORD),
      () => other.signInWithPassword(email),
    );
    await order.end();
    expect(gone.status).toBe(200);
    expect(late.answer.status).toBeLessThan(500);
    expect(late.answer.body.session.signins).toEqual([]);
  });

  it('abuse: is not deleted by whoever is not signed in, or waits for the second factor', async () => {
    const stranger = new WachtClient(app);
    expect((await remove(stranger, PASSWORD)).code).toBe('NOT_AUTHENTICATED');
    const email = `goes${(people += 1)}@example.com`;
    const { id } = await app.createAccount({ email, secondFactor: 'totp' });
    const waiting = new WachtClient(app);
    await waiting.signInWithPassword(email);
    expect((await remove(waiting, PASSWORD)).code).toBe('NOT_AUTHENTICATED');
    expect(await stateOf(id)).toEqual({ due: false });
  });
});
