import { sql } from '@app/database';
import { told } from '../support/notices.js';
import { AT_HOME } from '../support/dfns-people.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { WachtPasskeys } from '../support/wacht-passkeys.js';

const PATH = '/me/remove-password';

describe('POST /me/remove-password', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off' });
  });
  afterAll(() => app.stop());

  let people = 0;
  async function signedIn(extra: object = {}) {
    const email = `without${(people += 1)}@example.com`;
    const { id } = await app.createAccount({ email, secondFactor: 'none', ...extra });
    const client = new WachtClient(app);
    await client.signInWithPassword(email);
    return { id, email, client };
  }
  const remove = (client: WachtClient, current_password: unknown = PASSWORD) =>
    client.post(PATH, { current_password });
  const opens = async (email: string) =>
    (await new WachtClient(app).signInWithPassword(email)).answer.status === 200;

  it('takes it away: the other sign-ins end, the owner is told, and the mailbox still signs in', async () => {
    const { id, email, client } = await signedIn();
    const other = new WachtClient(app);
    await other.signInWithPassword(email);
    const before = await told(app, id);
    expect(await remove(client)).toMatchObject({ status: 200, body: { data: { success: true } } });
    expect((await client.get('/me')).body.data.has_password).toBe(false);
    expect((await other.get('/me')).status).toBe(401);
    expect(await opens(email)).toBe(false);
    expect((await told(app, id)).slice(before.length)).toEqual([`email password_changed ${email}`]);
    expect((await new WachtClient(app).signedIn(email)).status).toBe(200);
    expect(await remove(client)).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' });
  });

  it('needs the password, and counts a wrong one as a try', async () => {
    const { email, client } = await signedIn();
    for (const wrong of ['no such password', undefined, '']) {
      expect(await client.post(PATH, { current_password: wrong })).toMatchObject({
        status: 400,
        code: 'VALIDATION_ERROR',
      });
    }
    expect(await opens(email)).toBe(true);
    const rows = await app.rows(sql`SELECT FROM audit_events WHERE event = 'password' AND outcome = 'wrong'`);
    expect(rows.length).toBeGreaterThan(0);
  });

  it('abuse: nothing is taken away where nothing else opens the account, until something does', async () => {
    const { email, client } = await signedIn();
    await app.rows(sql`UPDATE accounts SET activated_at = NULL WHERE email = ${email}`);
    expect((await remove(client)).status).toBe(403);
    expect((await client.get('/me')).body.data.has_password).toBe(true);
    await new WachtPasskeys(client).add();
    expect((await remove(client)).status).toBe(200);
  });

  it('abuse: nobody does it without a sign-in, or with one that waits for its second factor', async () => {
    expect(await remove(new WachtClient(app))).toMatchObject({ status: 401, code: 'NOT_AUTHENTICATED' });
    const { client } = await signedIn({ secondFactor: 'email' });
    expect(await remove(client)).toMatchObject({ status: 401, code: 'NOT_AUTHENTICATED' });
  });

  it('of many calls at once one does it', async () => {
    const { client } = await signedIn();
    const answers = await Promise.all(Array.from({ length: 6 }, () => remove(client)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});
