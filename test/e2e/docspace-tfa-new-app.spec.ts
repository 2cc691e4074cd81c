import { randomUUID } from 'node:crypto';
import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { TestApp } from '../support/test-app.js';

const PATH = '/settings/tfaappnewapp';

describe('PUT /api/2.0/settings/tfaappnewapp', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000', PASSWORD_TRIES_LIMIT: '1000' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  async function signedIn() {
    const email = `newapp${(accounts += 1)}@example.com`;
    const { id, uuid, otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    const authenticator = new Authenticator(app, otpauthUri as string);
    const token = (await client.verify(email, authenticator.code())).body.response.token as string;
    return { id, uuid, email, authenticator, token };
  }
  const renew = (token: string, body?: object) => client.authorized<string>('PUT', PATH, token, body);
  const authenticatorsOf = (id: string) => app.rows(sql`SELECT FROM totp_factors WHERE account_id = ${id}`);
  const keyOf = (answer: { body: { response: { confirmUrl?: string | boolean } } }) =>
    new URL(answer.body.response.confirmUrl as string).searchParams.get('key') as string;

  it('answers the page where another one is set up, with its cookie, as the next sign-in does', async () => {
    const { email, token } = await signedIn();
    const { status, body, cookies } = await renew(token);
    const key = new URL(body.response).searchParams.get('key') as string;
    const { tfaKey, confirmUrl } = (await client.signIn(email)).body.response;
    expect([status, body.response]).toEqual([200, (confirmUrl as string).replace(/key=.*/, `key=${key}`)]);
    expect(body.response).toContain('/confirm/TfaActivation?type=TfaActivation&key=');
    expect(cookies).toEqual({ asc_confirm_key_TfaActivation: key });
    const Cookie = `asc_confirm_key_TfaActivation=${key}`;
    const code = new Authenticator(app, tfaKey as string).code();
    const done = await client.call('POST', '/settings/tfaapp/validate', { code }, { Cookie });
    expect([done.status, done.body.response]).toEqual([200, true]);
  });

  it('takes the authenticator and its backup codes away: the next sign-in sets another one up', async () => {
    const { email, authenticator, token } = await signedIn();
    expect((await renew(token)).status).toBe(200);
    const { body } = await client.signIn(email);
    expect(body.response).toMatchObject({ tfa: true, tfaKey: expect.any(String) });
    expect((await client.verify(email, authenticator.code(30))).status).toBe(401);
    expect((await client.authorized('GET', '/settings/tfaappcodes', token)).body.response).toEqual([]);
    const another = new Authenticator(app, body.response.tfaKey as string);
    expect((await client.verify(email, another.code())).status).toBe(200);
  });

  it('takes the caller’s own id, in any letter case', async () => {
    const { id, uuid, token } = await signedIn();
    const subject = { ID: uuid.toUpperCase(), trustedIps: [], mandatoryUsers: [], mandatoryGroups: [] };
    expect((await renew(token, subject)).status).toBe(200);
    expect(await authenticatorsOf(id)).toEqual([]);
  });

  it('is 400 for an id that is no UUID, and for addresses that would be exempt', async () => {
    const { id, token } = await signedIn();
    for (const bad of [{ id: 'me' }, { trustedIps: ['::/0'] }, { mandatoryUsers: 'all' }])
      expect((await renew(token, bad)).status).toBe(400);
    expect(await authenticatorsOf(id)).toHaveLength(1);
  });

  it('is 401 without a token, 403 for an account without an authenticator to take', async () => {
    expect((await client.call('PUT', PATH)).status).toBe(401);
    const { token } = await signedIn();
    await client.authorized('PUT', '/settings/tfaapp', token, { type: 'None' });
    expect((await renew(token)).status).toBe(403);
  });

  it('is 403 for a session that was not signed in lately', async () => {
    const { id, token } = await signedIn();
    app.clock.advanceSeconds(900);
    expect((await renew(token)).status).toBe(403);
    expect(await authenticatorsOf(id)).toHaveLength(1);
  });

  it('is 405 for another method, and says which is right', async () => {
    const { status, headers } = await client.call('POST', PATH, {});
    expect([status, headers.get('allow')]).toEqual([405, 'PUT']);
  });

  it('is 429 beyond the requests of one address', async () => {
    const small = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '1' }, app);
    const limited = new DocspaceClient(small);
    await limited.call('PUT', PATH);
    const { status, headers } = await limited.call('PUT', PATH);
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await small.stop();
  });

  it('abuse: is 403 for somebody else’s id, and takes nobody’s authenticator', async () => {
    const [caller, victim] = [await signedIn(), await signedIn()];
    for (const id of [victim.uuid, victim.uuid.toUpperCase(), randomUUID()]) {
      expect(await renew(caller.token, { id })).toMatchObject({
        status: 403,
        body: { error: { message: 'Access denied' } },
      });
    }
    expect(await authenticatorsOf(caller.id)).toHaveLength(1);
    expect(await authenticatorsOf(victim.id)).toHaveLength(1);
  });

  it('abuse: a key that knows the password alone sets no new authenticator up', async () => {
    const { email, token } = await signedIn();
    const key = keyOf(await client.signIn(email));
    await renew(token);
    await client.signIn(email);
    const headers = { confirm: `type=TfaActivation&key=${key}` };
    expect((await client.call('GET', '/settings/tfaapp/setup', undefined, headers)).status).toBe(401);
  });

  it('abuse: of 16 calls at once one takes it away, all show one other, and its owner is told once', async () => {
    const { id, token } = await signedIn();
    const answers = await Promise.all(Array.from({ length: 16 }, () => renew(token)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const shown = await Promise.all(
      answers.map(({ cookies }) =>
        client.call('GET', '/settings/tfaapp/setup', undefined, {
          confirm: `type=TfaActivation&key=${cookies.asc_confirm_key_TfaActivation}`,
        }),
      ),
    );
    expect(new Set(shown.map(({ body }) => body.response.manualEntryKey)).size).toBe(1);
    const told = await app.rows(sql`
      SELECT FROM messages WHERE account_id = ${id} AND template = 'factor_changed'`);
    expect(told).toHaveLength(1);
  });
});
