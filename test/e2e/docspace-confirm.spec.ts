import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { TestApp } from '../support/test-app.js';

const [OK, INVALID, EXPIRED] = [0, 1, 2];
const PENDING_SECONDS = 900;

describe('POST /api/2.0/authentication/confirm', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  const name = () => `confirm${(people += 1)}@example.com`;
  const confirm = async (body: object) => {
    const { status, body: answer } = await client.call<{ result: number; email?: string }>(
      'POST',
      '/authentication/confirm',
      body,
    );
    expect(status).toBe(200);
    return answer.response;
  };
  const invited = () => {
    const email = name();
    return app.invite({ email });
  };
  async function step() {
    const email = name();
    const { uuid, otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    const { confirmUrl } = (await client.signIn(email)).body.response;
    const key = new URL(String(confirmUrl)).searchParams.get('key') as string;
    return { email, uuid, key, authenticator: new Authenticator(app, String(otpauthUri)) };
  }

  it('says whose a mailed key is, and changes nothing: it can be asked again and used', async () => {
    const { key, email, uuid } = await invited();
    const asked = { key, type: 'Auth', email, first: true, uiD: uuid };
    expect([await confirm(asked), await confirm(asked)]).toEqual([
      { result: OK, email },
      { result: OK, email },
    ]);
    const signedIn = await client.call('POST', '/authentication', {
      confirmData: { key, email, first: true },
    });
    expect(signedIn.status).toBe(200);
    expect(await confirm(asked)).toEqual({ result: INVALID });
  });

  it('knows the keys of steps by their types, by name or number, in any letter case', async () => {
    const { key, email } = await step();
    for (const type of ['TfaAuth', 'tfaauth', 16, '16', undefined])
      expect(await confirm({ key, type })).toEqual({ result: OK, email });
    for (const type of ['Auth', 14, 'TfaActivation', 15, 'EmpInvite', 0, 18])
      expect(await confirm({ KEY: key, TYPE: type })).toEqual({ result: INVALID });
  });

  it('takes an empty type for none, and ignores what clients say about joining, whatever it is', async () => {
    const { key, email } = await step();
    const [good, invalid] = [{ result: OK, email }, { result: INVALID }];
    for (const type of ['', ' ', null]) expect(await confirm({ key, type })).toEqual(good);
    for (const field of ['first', 'emplType', 'encEmail', 'roomId', 'FIRST'])
      for (const value of ['', 'true', 'perhaps', true, 0, 7, null, [], {}, '\0', 'x'.repeat(1000)]) {
        expect([field, value, await confirm({ key, [field]: value })]).toEqual([field, value, good]);
        expect(await confirm({ key: 'x'.repeat(43), [field]: value })).toEqual(invalid);
      }
  });

  it('takes a key for somebody else as none', async () => {
    const [one, other] = [await step(), await step()];
    expect(await confirm({ key: one.key, email: other.email })).toEqual({ result: INVALID });
    expect(await confirm({ key: one.key, uiD: other.uuid })).toEqual({ result: INVALID });
    expect(
      await confirm({ key: one.key, email: ` ${one.email.toUpperCase()} `, uiD: one.uuid.toUpperCase() }),
    ).toEqual({
      result: OK,
      email: one.email,
    });
  });

  it('says that a key has expired, from the second on at which it is good no more', async () => {
    const { key, email } = await step();
    const mailed = await invited();
    app.clock.advanceSeconds(PENDING_SECONDS - 1);
    expect(await confirm({ key })).toEqual({ result: OK, email });
    app.clock.advanceSeconds(1);
    expect(await confirm({ key })).toEqual({ result: EXPIRED });
    app.clock.advanceSeconds(7 * 86_400 - PENDING_SECONDS);
    expect(await confirm({ key: mailed.key })).toEqual({ result: EXPIRED });
  });

  it('is 400 for a type that there is not and a field that cannot be read', async () => {
    for (const body of [{ type: 'Nothing' }, { type: 19 }, { type: -1 }, { key: 7 }, { email: ['x'] }])
      expect((await client.call('POST', '/authentication/confirm', body)).status).toBe(400);
  });

  it('abuse: tells nothing about keys that are not, and nobody’s address for a key that is dead', async () => {
    for (const key of ['', ' ', 'x'.repeat(43), 'x'.repeat(512), undefined, null])
      expect(await confirm({ key, email: 'ada@example.com', type: 'Auth' })).toEqual({ result: INVALID });
    const { key, authenticator } = await step();
    const done = await client.call(
      'POST',
      '/settings/tfaapp/validate',
      { code: authenticator.code() },
      {
        confirm: `type=TfaAuth&key=${key}`,
      },
    );
    expect(done.status).toBe(200);
    expect(await confirm({ key })).toEqual({ result: INVALID });
  });
});
