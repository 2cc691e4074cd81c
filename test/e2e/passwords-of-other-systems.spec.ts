import { createHash } from 'node:crypto';
import { ClientPasswords, PasswordRenewal } from '@app/accounts';
import { sql } from '@app/database';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

const PASSWORD = 'correct horse battery';
/** Cheap to make, and the worst that is taken over: a digest with a salt. */
const FOREIGN = `$digest-sha256$o=salt-password$c2FsdA==$${createHash('sha256').update(`salt${PASSWORD}`).digest('base64')}`;
const OURS = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$\S+ \$argon2id\$\S+$/;

describe('a password whose verifier another system has made', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
  });
  afterAll(() => app.stop());

  async function person(verifier = FOREIGN): Promise<string> {
    const email = `moved${(people += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    await app.rows(sql`UPDATE accounts SET password_hash = ${verifier} WHERE email = ${email}`);
    return email;
  }
  const verifierOf = async (email: string) =>
    (
      await app.rows<{ password_hash: string }>(
        sql`SELECT password_hash FROM accounts WHERE email = ${email}`,
      )
    )[0]?.password_hash;
  const renewed = (email: string) =>
    until(async () => OURS.test((await verifierOf(email)) ?? ''), 'a verifier of our own');

  it.each<[protocol: string, signIn: (email: string, password: string) => Promise<{ status: number }>]>([
    ['navixy', (email, password) => new NavixyClient(app).signIn(email, password)],
    ['docspace', (email, password) => new DocspaceClient(app).signIn(email, password)],
    [
      'wacht',
      async (email, password) => (await new WachtClient(app).signInWithPassword(email, password)).answer,
    ],
    ['yat', (email, password) => new YatClient(app).signIn(email, password)],
  ])('signs in with %s, and is hashed anew at the first right one', async (_, signIn) => {
    const email = await person();
    expect((await signIn(email, 'wrong horse battery')).status).not.toBe(200);
    expect(await verifierOf(email)).toBe(FOREIGN);
    expect((await signIn(email, PASSWORD)).status).toBe(200);
    await renewed(email);
    expect((await signIn(email, PASSWORD)).status).toBe(200);
    expect((await signIn(email, 'wrong horse battery')).status).not.toBe(200);
  });

  it('ends nothing of the account: it is the same password', async () => {
    const email = await person();
    const yat = new YatClient(app);
    const { access_token, refresh_token } = (await yat.signIn(email)).body;
    await renewed(email);
    expect((await yat.account(access_token)).status).toBe(200);
    expect((await yat.refresh(refresh_token)).status).toBe(200);
  });

  it('does not come back over a password that was changed meanwhile', async () => {
    const changed = '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
    const email = await person(changed);
    const [{ id } = { id: '' }] = await app.rows<{ id: string }>(
      sql`SELECT id FROM accounts WHERE email = ${email}`,
    );
    const renewal = app.nest.get(PasswordRenewal, { strict: false });
    renewal.begin(id, FOREIGN, PASSWORD);
    await renewal.beforeApplicationShutdown();
    expect(await verifierOf(email)).toBe(changed);
    renewal.begin(id, changed, 'U*U');
    await renewal.beforeApplicationShutdown();
    expect(await verifierOf(email)).toMatch(OURS);
  });

  it('is not known to clients that hash a password before they send it, until it was typed once', async () => {
    const email = await person();
    const docspace = new DocspaceClient(app);
    const passwordHash = await app.nest.get(ClientPasswords, { strict: false }).of(PASSWORD);
    const byHash = () => docspace.signIn(email, undefined, { password: undefined, passwordHash });
    expect((await byHash()).status).toBe(401);
    await docspace.signIn(email);
    await renewed(email);
    expect((await byHash()).status).toBe(200);
  });

  it('abuse: a verifier that nobody can read is a wrong password and no fault of the service', async () => {
    const email = await person('$unknown$AAAA');
    expect((await new YatClient(app).signIn(email)).status).toBe(401);
  });
});
