import { AccountsService } from '@app/administration';
import { sql } from '@app/database';
import { Client } from 'pg';
import { TotpFactors } from '@app/accounts';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

const ATTACKERS = 'attackers password 1';

describe('abuse: who may not come into an account of docspace', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let yat: YatClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000', DATABASE_POOL_SIZE: '20' });
    client = new DocspaceClient(app);
    yat = new YatClient(app);
  });
  afterAll(() => app.stop());

  const name = () => `owner${(people += 1)}@example.com`;
  const phone = () => `+44207946${1000 + people}`;
  const show = (confirmData: object) => client.call('POST', '/authentication', { confirmData });
  const validate = (answer: { body: { response: Record<string, unknown> } }, code: string) => {
    const confirm = new URL(String(answer.body.response['confirmUrl'])).search.slice(1);
    return client.call('POST', '/settings/tfaapp/validate', { code }, { confirm });
  };
  const change = async (email: string, to: 'sms' | 'totp') => {
    const accounts = app.nest.get(AccountsService);
    return accounts.changeSecondFactor(app.operatorCall(), await accounts.find(email), to);
  };
  const authenticatorOf = ({ body }: { body: { response: Record<string, unknown> } }) =>
    new Authenticator(app, String(body.response['tfaKey']));

  it('whoever registered its address first: an invitation takes the place of such an account', async () => {
    const email = name();
    const squatter = await yat.post('/users', { email, password: ATTACKERS });
    await expect(app.mailKey(email)).rejects.toThrow('nobody has proven to own it');
    const { key } = await app.invite({ email });
    expect((await show({ key, email, first: true })).status).toBe(200);
    expect((await client.signIn(email, ATTACKERS)).status).toBe(401);
    expect((await new NavixyClient(app).signIn(email, ATTACKERS)).status).not.toBe(200);
    expect((await yat.account(squatter.body.access_token)).status).toBe(401);
    expect((await yat.refresh(squatter.body.refresh_token)).status).toBe(401);
  });

  it('whoever reads the mailbox alone, where the operator asked for a second factor: not by another protocol either', async () => {
    const email = name();
    const { key } = await app.invite({ email, phone: phone(), secondFactor: 'sms' });
    await yat.post('/auth/magic_link', { email });
    const { text } = await app.mailbox.newest(email, 2);
    const token = /magic-link\?token=([\w-]+)/.exec(text)?.[1] as string;
    const { body } = await yat.post('/auth/magic_link/token', { token });
    expect(body['requires_2fa']).toBe('SMS');
    const [account] = await app.rows(sql`SELECT second_factor FROM accounts WHERE email = ${email}`);
    expect(account).toEqual({ second_factor: 'sms' });
    expect((await show({ key, email, first: true })).status).toBe(401);
  });

  it('whoever signs up with the address of an invitation: it is taken, and waits for its key', async () => {
    const { email, key } = await app.invite({ email: name(), orgId: 'org-7' });
    const wacht = new WachtClient(app);
    const { answer } = await wacht.signUp({ email, password: 'gelbe Kanne im Schnee 7' });
    expect(answer.code).toBe('USER_EXISTS');
    expect((await show({ key, email, first: true })).status).toBe(200);
    const [account] = await app.rows(sql`SELECT org_id FROM accounts WHERE email = ${email}`);
    expect(account).toEqual({ org_id: 'org-7' });
  });

  it('whoever has a mailed code, once texts are the second factor; the owner gets a text at once', async () => {
    const [email, number] = [name(), phone()];
    await app.createAccount({ email, phone: number, secondFactor: 'email' });
    await client.signIn(email);
    const mailed = await app.mailbox.code(email);
    await change(email, 'sms');
    expect((await client.signIn(email)).body.response['sms']).toBe(true);
    const texted = await app.mailbox.code(number);
    expect((await client.verify(email, mailed)).status).toBe(401);
    expect((await client.verify(email, texted)).status).toBe(200);
  });

  it('whoever has the old authenticator, not even with a call that waited while the operator put another in its place', async () => {
    const email = name();
    const { id, otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    const operator = new Client({ connectionString: app.databaseUrl });
    await operator.connect();
    await operator.query('BEGIN');
    await operator.query('SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE', [id]);
    const { sealed, secret } = app.nest.get(TotpFactors, { strict: false }).create(id, email);
    await operator.query('UPDATE totp_factors SET secret_sealed = $2, last_step = 0 WHERE account_id = $1', [
      id,
      sealed,
    ]);
    const thief = client.verify(email, new Authenticator(app, String(otpauthUri)).code());
    await until(async () => (await operator.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount === 1);
    await operator.query('COMMIT');
    await operator.end();
    expect((await thief).status).toBe(401);
    expect((await client.verify(email, new Authenticator(app, secret).code())).status).toBe(200);
  });

  it('whoever has seen a secret that the owner was shown another of: a first step has one of its own', async () => {
    const { key, email } = await app.invite({ email: name(), secondFactor: 'totp' });
    const thief = authenticatorOf(await show({ key, first: true }));
    const step = await show({ key, first: true });
    expect((await validate(step, authenticatorOf(step).code())).status).toBe(200);
    const again = await app.mailKey(email);
    const { status } = await client.call('POST', `/authentication/${thief.code(60)}`, {
      confirmData: { key: again.key },
    });
    expect(status).toBe(401);
  });

  it('a second session by one key, however many steps it has begun', async () => {
    const email = name();
    const { otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    const authenticator = new Authenticator(app, String(otpauthUri));
    const { key } = await app.mailKey(email);
    const [one, two, three] = [await show({ key }), await show({ key }), await show({ key })];
    expect((await validate(one, authenticator.code())).status).toBe(200);
    expect((await validate(two, authenticator.code(30))).status).toBe(401);
    app.clock.advanceSeconds(60);
    expect((await validate(three, authenticator.code())).status).toBe(401);
  });

  it('a step that a key has begun which a newer one has replaced; a step that a password began goes on', async () => {
    const email = name();
    const { otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    const authenticator = new Authenticator(app, String(otpauthUri));
    const byKey = await show({ key: (await app.mailKey(email)).key });
    const byPassword = await client.signIn(email);
    await app.mailKey(email);
    expect((await validate(byKey, authenticator.code())).status).toBe(401);
    expect((await validate(byPassword, authenticator.code())).status).toBe(200);
  });

  it('a key from before the account was disabled, after it is open again', async () => {
    const { key, email } = await app.invite({ email: name() });
    const accounts = app.nest.get(AccountsService);
    await accounts.disable(app.operatorCall(), await accounts.find(email));
    await accounts.enable(app.operatorCall(), await accounts.find(email));
    expect((await show({ key, first: true })).status).toBe(401);
  });

  it('whoever has the phone that the owner has replaced by another, in whichever protocol', async () => {
    const [email, lost] = [name(), phone()];
    const { id } = await app.createAccount({ email, phone: lost, secondFactor: 'none' });
    const { body } = await yat.signIn(email);
    await app.rows(sql`UPDATE accounts SET second_factor = 'sms' WHERE id = ${id}::bigint`);
    await client.signIn(email);
    const code = await app.mailbox.code(lost);
    const fresh = `+44207947${1000 + people}`;
    await app.rows(sql`UPDATE accounts SET second_factor = 'none', phone = NULL WHERE id = ${id}::bigint`);
    await yat.post('/account/2fa/enable', { provider: 'SMS', phone: fresh }, body.access_token);
    await yat.post('/account/2fa/confirm', { code: await app.mailbox.code(fresh) }, body.access_token);
    expect((await client.signIn(email)).body.response['phoneNoise']).toContain(fresh.slice(-4));
    expect((await client.verify(email, code)).status).toBe(401);
    expect((await client.verify(email, await app.mailbox.code(fresh, 2))).status).toBe(200);
  });

  it('whoever reads the mailbox of an invitation whose second factor is still to be set up: a magic link gives nothing and ends no key', async () => {
    const { email, key } = await app.invite({ email: name(), secondFactor: 'totp' });
    await yat.post('/auth/magic_link', { email });
    const { text } = await app.mailbox.newest(email, 2);
    const token = /magic-link\?token=([\w-]+)/.exec(text)?.[1] as string;
    expect((await yat.post('/auth/magic_link/token', { token })).status).toBe(401);
    expect((await show({ key, first: true })).status).toBe(200);
  });

  it('the mailbox alone of an invited account: the operator cannot make it the second factor', async () => {
    const { email } = await app.invite({ email: name() });
    const accounts = app.nest.get(AccountsService);
    const account = await accounts.find(email);
    await expect(accounts.changeSecondFactor(app.operatorCall(), account, 'email')).rejects.toThrow(
      'mailbox',
    );
  });
});
