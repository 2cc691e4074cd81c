import { randomUUID } from 'node:crypto';
import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { TestApp } from '../support/test-app.js';

const NOBODY = '00000000-0000-0000-0000-000000000000';
const PATHS = ['/settings/tfaapp', '/settings/tfaappwithlink'];

describe('PUT /api/2.0/settings/tfaapp and tfaappwithlink', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000', PASSWORD_TRIES_LIMIT: '1000' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  async function signedIn() {
    const email = `choose${(accounts += 1)}@example.com`;
    const { id, uuid } = await app.createAccount({ email, secondFactor: 'none' });
    return { id, uuid, email, token: (await client.signIn(email)).body.response.token as string };
  }
  const put = (path: string, token: string, body: object) =>
    client.authorized<string | boolean>('PUT', path, token, body);
  const factorOf = async (id: string) =>
    (await app.rows<{ second_factor: string }>(sql`SELECT second_factor FROM accounts WHERE id = ${id}`))[0]
      ?.second_factor;
  const keyOf = (url: unknown) => new URL(url as string).searchParams.get('key') as string;
  const validate = (key: string, code: string) =>
    client.call('POST', '/settings/tfaapp/validate', { code }, { confirm: `key=${key}` });

  it('withlink leads from no second factor to an authenticator without another password, and back', async () => {
    const { id, email, token } = await signedIn();
    const { status, body, cookies } = await put('/settings/tfaappwithlink', token, { type: 'App' });
    expect(status).toBe(200);
    const key = keyOf(body.response);
    expect(body.response).toMatch(/\/confirm\/TfaActivation\?type=TfaActivation&key=/);
    expect(cookies).toEqual({ asc_confirm_key_TfaActivation: key });
    const Cookie = `asc_confirm_key_TfaActivation=${key}`;
    const { manualEntryKey } = (
      await client.call<{ manualEntryKey: string }>('GET', '/settings/tfaapp/setup', undefined, { Cookie })
    ).body.response;
    const fresh = (await validate(key, new Authenticator(app, manualEntryKey).code())).cookies.asc_auth_key;
    expect((await client.signIn(email)).body.response).toMatchObject({ tfa: true });
    // The session from before does not know the authenticator: it ended when that was put to use.
    expect((await put('/settings/tfaappwithlink', token, { type: 0 })).status).toBe(401);
    const back = await put('/settings/tfaappwithlink', fresh as string, { type: 0 });
    expect([back.status, back.body.response, back.cookies]).toEqual([200, '', {}]);
    expect(await factorOf(id)).toBe('none');
  });

  it('withlink answers a new key for the factor that the account has already, and forgets nothing of it', async () => {
    const { token } = await signedIn();
    const first = await put('/settings/tfaappwithlink', token, { type: 2 });
    const second = await put('/settings/tfaappwithlink', token, { type: 2 });
    const shown = await Promise.all(
      [first, second].map(({ body }) =>
        client.call<{ manualEntryKey: string }>('GET', '/settings/tfaapp/setup', undefined, {
          confirm: `key=${keyOf(body.response)}`,
        }),
      ),
    );
    expect(shown[0]?.body.response).toEqual(shown[1]?.body.response);
    const sms = await put('/settings/tfaappwithlink', token, { type: 1 });
    expect(sms.body.response).toMatch(/\/confirm\/PhoneActivation\?/);
  });

  describe.each(PATHS)('PUT %s', (path) => {
    it('takes the caller’s own id in any letter case, and what names nobody, for the caller', async () => {
      const { id, uuid, token } = await signedIn();
      for (const [i, subject] of [
        {},
        { id: null, trustedIps: null, mandatoryUsers: null, mandatoryGroups: null },
        { id: '', trustedIps: [], mandatoryUsers: [], mandatoryGroups: [] },
        { id: NOBODY },
        { id: uuid },
        { ID: uuid.toUpperCase(), MandatoryUsers: [uuid], MANDATORYGROUPS: [] },
      ].entries()) {
        const type = i % 2 ? 'None' : 'App';
        expect((await put(path, token, { type, ...subject })).status).toBe(200);
        expect(await factorOf(id)).toBe(i % 2 ? 'none' : 'totp');
      }
    });

    it('is 400 for what cannot be understood, and for addresses that would be exempt', async () => {
      const { id, uuid, token } = await signedIn();
      for (const bad of [
        {},
        { type: 7 },
        { type: null },
        { type: 2, id: 'me' },
        { type: 2, id: `${uuid}0` },
        { type: 2, id: 7 },
        { type: 2, id: [uuid] },
        { type: 2, id: uuid, Id: uuid },
        { type: 2, trustedIps: '10.0.0.1' },
        { type: 2, mandatoryUsers: uuid },
        { type: 2, mandatoryUsers: ['me'] },
        { type: 2, mandatoryUsers: [null] },
        { type: 2, mandatoryGroups: [{}] },
      ]) {
        expect(await put(path, token, bad)).toMatchObject({ status: 400 });
      }
      expect(await put(path, token, { type: 2, trustedIps: ['10.0.0.1'] })).toMatchObject({
        status: 400,
        body: {
          error: {
            message: 'trustedIps must be empty: the second factor is asked for from every address',
          },
        },
      });
      expect(await factorOf(id)).toBe('none');
    });

    it('is 401 without a token, and with one that has ended', async () => {
      expect((await client.call('PUT', path, { type: 2 })).status).toBe(401);
      const { token } = await signedIn();
      await client.authorized('POST', '/authentication/logout', token);
      expect((await put(path, token, { type: 2 })).status).toBe(401);
    });

    it('is 403 for a session that was not signed in lately', async () => {
      const { id, token } = await signedIn();
      app.clock.advanceSeconds(900);
      expect((await put(path, token, { type: 2 })).status).toBe(403);
      expect(await factorOf(id)).toBe('none');
    });

    it('is 429 beyond the requests of one address', async () => {
      const small = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '1' }, app);
      const limited = new DocspaceClient(small);
      await limited.call('PUT', path, { type: 2 });
      const { status, headers } = await limited.call('PUT', path, { type: 2 });
      expect(status).toBe(429);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      await small.stop();
    });

    it('abuse: is 403 for whatever names anybody else, and changes neither account', async () => {
      const [caller, victim] = [await signedIn(), await signedIn()];
      for (const subject of [
        { id: victim.uuid },
        { id: victim.uuid.toUpperCase() },
        { iD: victim.uuid },
        { id: randomUUID() },
        { mandatoryUsers: [victim.uuid] },
        { id: caller.uuid, mandatoryUsers: [caller.uuid, victim.uuid] },
        { mandatoryUsers: [NOBODY] },
        { mandatoryGroups: [randomUUID()] },
      ]) {
        expect(await put(path, caller.token, { type: 2, ...subject })).toMatchObject({
          status: 403,
          body: { error: { message: 'Access denied' } },
          cookies: {},
        });
      }
      expect([await factorOf(caller.id), await factorOf(victim.id)]).toEqual(['none', 'none']);
    });

    it('abuse: of 16 calls at once one changes something, and all are told so', async () => {
      const { id, token } = await signedIn();
      const answers = await Promise.all(Array.from({ length: 16 }, () => put(path, token, { type: 2 })));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      const told = await app.rows(sql`
        SELECT FROM messages WHERE account_id = ${id} AND template = 'factor_changed'`);
      expect(told).toHaveLength(1);
      expect(await factorOf(id)).toBe('totp');
    });
  });
});
