import * as fc from 'fast-check';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople, type Member } from '../support/dfns-people.js';
import { fuzz } from '../support/fuzz.js';
import { told } from '../support/notices.js';
import { SoftwareAuthenticator, SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { WachtPasskeys } from '../support/wacht-passkeys.js';
import { YatClient } from '../support/yat-client.js';

interface Listed {
  credentialUuid: string;
  credentialId: string;
  kind: string;
  name: string;
  isActive: boolean;
}

type Key = SoftwareKey | SoftwareAuthenticator;

const UUID = '7c6a2f1e-8a1f-4f0b-9c1d-2f1a3b4c5d6e';

describe('the keys of an account, by the token of a login', () => {
  let app: TestApp;
  let client: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    client = new DfnsClient(app);
    people = new DfnsPeople(app, client);
  });
  afterAll(() => app.stop());

  /** Somebody with a key, a recovery key and a passkey; and the token of a login. */
  async function owner() {
    const member = await people.member();
    const browser = new WachtClient(app);
    await browser.signInWithPassword(member.email);
    const second = await new WachtPasskeys(browser).add('my Fido2');
    return { ...member, second, token: String((await people.login(member)).body.token) };
  }
  const list = async (token: string) => {
    const { status, body } = await client.call('GET', '/auth/credentials', undefined, token);
    expect(status).toBe(200);
    return body['items'] as Listed[];
  };
  const turn = (way: 'activate' | 'deactivate', credentialUuid: string, token: string) =>
    client.call('PUT', `/auth/credentials/${way}`, { credentialUuid }, token);
  const uuidOf = async (token: string, key: SoftwareKey | SoftwareAuthenticator) =>
    (await list(token)).find(({ credentialId }) => credentialId === key.credId)?.credentialUuid as string;
  const opens = async (email: string, key: Key) => (await people.login({ email, key })).status === 200;

  it('are listed with their names and kinds, newest last', async () => {
    const { token, key, second, recoveryKey } = await owner();
    const common = {
      credentialUuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      dateCreated: '2026-01-15T12:00:00.000Z',
      isActive: true,
      publicKey: expect.any(String),
      relyingPartyId: 'localhost',
      origin: 'http://localhost:3000',
    };
    const named = (each: Key, kind: string) => ({
      ...common,
      kind,
      credentialId: each.credId,
      name: `my ${kind}`,
    });
    expect(await list(token)).toEqual([
      named(key, 'Key'),
      named(recoveryKey, 'RecoveryKey'),
      named(second, 'Fido2'),
    ]);
  });

  it('one is put out of use and taken back, and the owner is told of both', async () => {
    const { id, email, token, second } = await owner();
    const uuid = await uuidOf(token, second);
    const before = await told(app, id);
    expect((await turn('deactivate', uuid, token)).body).toEqual({ message: 'success' });
    expect(await opens(email, second)).toBe(false);
    expect((await list(token)).map(({ isActive }) => isActive)).toEqual([true, true, false]);
    expect((await turn('activate', uuid, token)).status).toBe(200);
    expect(await opens(email, second)).toBe(true);
    const news = (await told(app, id)).slice(before.length);
    expect(news).toEqual([`email passkeys_changed ${email}`, `email passkeys_changed ${email}`]);
    expect((await turn('activate', uuid, token)).status).toBe(200);
    expect((await told(app, id)).slice(before.length)).toHaveLength(2);
  });

  it('the last one that signs in stays, also of two calls at once', async () => {
    const { email, token, key, second } = await owner();
    const [one, other] = [await uuidOf(token, key), await uuidOf(token, second)];
    const answers = await Promise.all([one, other].map((uuid) => turn('deactivate', uuid, token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect([await opens(email, key), await opens(email, second)].filter(Boolean)).toHaveLength(1);
  });

  it('a recovery key that is put out of use recovers nothing', async () => {
    const { email, token, recoveryKey } = await owner();
    await turn('deactivate', await uuidOf(token, recoveryKey), token);
    const { allowedRecoveryCredentials } = await people.recoveryChallenge({ email, recoveryKey });
    expect(allowedRecoveryCredentials).toEqual([]);
  });

  it('abuse: a key that was put out of use before a recovery does not come back after it', async () => {
    const { id, uuid: account, email, token, second, key, recoveryKey } = await owner();
    const stolen = await uuidOf(token, second);
    await turn('deactivate', stolen, token);
    const member: Member = { id, uuid: account, email, key, recoveryKey };
    const ticket = await people.recoveryChallenge(member);
    const fresh = new SoftwareKey();
    const newCredentials = { firstFactorCredential: fresh.create(ticket.challenge) };
    const body = { recovery: recoveryKey.recover(newCredentials), newCredentials };
    const recovered = await client.post('/auth/recover/user', body, ticket.temporaryAuthenticationToken);
    expect(recovered.status).toBe(200);
    const later = String((await people.login({ email, key: fresh })).body.token);
    expect(await list(later)).toHaveLength(1);
    expect((await turn('activate', stolen, later)).status).toBe(400);
    expect(await opens(email, second)).toBe(false);
  });

  it('abuse: nobody turns the keys of another account, or sees them', async () => {
    const [mine, theirs] = [await owner(), await owner()];
    const uuid = await uuidOf(theirs.token, theirs.second);
    for (const named of [uuid, UUID]) {
      const refused = await turn('deactivate', named, mine.token);
      expect([refused.status, refused.body.error?.details.parameters?.[0]?.parameter]).toEqual([
        400,
        'credentialUuid',
      ]);
    }
    expect(await opens(theirs.email, theirs.second)).toBe(true);
    expect((await list(mine.token)).map(({ credentialUuid }) => credentialUuid)).not.toContain(uuid);
  });

  it('abuse: no token, one of another protocol, or one that is over, does nothing', async () => {
    const { token, second } = await owner();
    const uuid = await uuidOf(token, second);
    const { email } = await app.given.person({ email: 'of-yat@example.com' });
    const foreign = (await new YatClient(app).signIn(email)).body.access_token;
    await client.call('PUT', '/auth/logout', undefined, token);
    for (const presented of [undefined, 'x', foreign, token]) {
      expect((await client.call('GET', '/auth/credentials', undefined, presented)).status).toBe(401);
      const body = { credentialUuid: uuid };
      expect((await client.call('PUT', '/auth/credentials/deactivate', body, presented)).status).toBe(401);
    }
  });

  it.each([
    ['GET', '/auth/credentials'],
    ['PUT', '/auth/credentials/activate'],
    ['PUT', '/auth/credentials/deactivate'],
  ])(
    '%s %s answers anything in its own words, and never with 5xx',
    async (method, path) => {
      const { token } = await owner();
      const values = fc.oneof(
        fc.constant(UUID),
        fc.uuid(),
        fc.jsonValue({ maxDepth: 2 }),
        fc.string({ unit: 'binary' }),
      );
      const bodies = fc.oneof(
        fc
          .dictionary(fc.constantFrom('credentialUuid', 'x', '__proto__'), values)
          .map((each) => JSON.stringify(each)),
        fc.string({ unit: 'binary' }),
      );
      await fuzz(fc.tuple(bodies, fc.constantFrom(token, 'x', 'a.b.c')), 1000, async ([body, presented]) => {
        const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${presented}` };
        const { status } = await client.send(path, { method, headers, ...(method === 'PUT' && { body }) });
        expect([200, 400, 401]).toContain(status);
      });
    },
    120_000,
  );
});
