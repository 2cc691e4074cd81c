import { sql } from '@app/database';
import { DfnsClient } from '../support/dfns-client.js';
import { DfnsNewKeys } from '../support/dfns-new-keys.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { told } from '../support/notices.js';
import { SoftwareAuthenticator, SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';

const LIMIT = 5;
const PATH = '/auth/credentials';

describe('one more key, by the token of a login', () => {
  let app: TestApp;
  let client: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, ACCOUNT_KEYS_LIMIT: String(LIMIT) });
    client = new DfnsClient(app);
    people = new DfnsPeople(app, client);
  });
  afterAll(() => app.stop());

  /** Somebody with a key and a recovery key, who is logged in. */
  async function owner() {
    const member = await people.member();
    const token = String((await people.login(member)).body.token);
    return { ...member, keys: new DfnsNewKeys(client, token, member.key) };
  }
  type Owner = Awaited<ReturnType<typeof owner>>;
  const opens = async ({ email }: Pick<Owner, 'email'>, key: SoftwareKey | SoftwareAuthenticator) =>
    (await people.login({ email, key })).status === 200;
  const listed = async ({ keys }: Owner) => {
    const { body } = await client.call('GET', PATH, undefined, keys.token);
    return (body['items'] as { name: string }[]).map(({ name }) => name);
  };

  it.each([
    ['Key', () => new SoftwareKey('Key', 'EdDSA')],
    ['Fido2', () => new SoftwareAuthenticator()],
  ])('a %s is added under its name, signs in, and the owner is told', async (kind, make) => {
    const me = await owner();
    const before = await told(app, me.id);
    const key = make();
    const { status, body } = await me.keys.add(key, kind);
    expect([status, body]).toEqual([
      200,
      {
        kind,
        credentialId: key.credId,
        credentialUuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        dateCreated: '2026-01-15T12:00:00.000Z',
        isActive: true,
        name: 'my phone',
        publicKey: expect.any(String),
        relyingPartyId: 'localhost',
        origin: 'http://localhost:3000',
      },
    ]);
    expect(await opens(me, key)).toBe(true);
    expect(await listed(me)).toEqual(['my Key', 'my RecoveryKey', 'my phone']);
    expect((await told(app, me.id)).slice(before.length)).toEqual([`email passkeys_changed ${me.email}`]);
  });

  it('a recovery key is added, and recovers', async () => {
    const me = await owner();
    const recoveryKey = new SoftwareKey('RecoveryKey', 'EdDSA');
    const offered = {
      ...me.keys.offer(recoveryKey, await me.keys.challenge('RecoveryKey')),
      encryptedPrivateKey: 'x',
    };
    expect((await me.keys.make(PATH, offered)).status).toBe(200);
    const { allowedRecoveryCredentials } = await people.recoveryChallenge({ email: me.email, recoveryKey });
    expect(allowedRecoveryCredentials).toEqual([{ id: recoveryKey.credId, encryptedRecoveryKey: 'x' }]);
    expect(await opens(me, recoveryKey)).toBe(false);
  });

  it('a challenge has what a browser needs for a Fido2, and no more for a Key', async () => {
    const me = await owner();
    const common = {
      user: { id: me.uuid, displayName: me.email, name: me.email },
      challenge: expect.any(String),
      challengeIdentifier: expect.any(String),
      temporaryAuthenticationToken: expect.any(String),
      rp: { id: 'localhost', name: 'localhost' },
      attestation: 'none',
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
    };
    expect(await me.keys.challenge('Key')).toEqual({ kind: 'Key', ...common });
    expect(await me.keys.challenge('Fido2')).toEqual({
      kind: 'Fido2',
      ...common,
      authenticatorSelection: {
        residentKey: 'preferred',
        requireResidentKey: false,
        userVerification: 'required',
      },
      excludeCredentials: [],
    });
  });

  it('a call may be signed with its white space, and sent without', async () => {
    const me = await owner();
    const offered = me.keys.offer(new SoftwareKey(), await me.keys.challenge());
    const signed = await me.keys.signed('POST', PATH, JSON.stringify(offered, null, 2));
    expect((await me.keys.send(PATH, JSON.stringify(offered), signed)).status).toBe(200);
  });

  it.each([
    ['Password', { kind: 'Password' }],
    ['Totp', { kind: 'Totp' }],
    ['nothing', {}],
  ])('%s is no kind of key', async (_what, body) => {
    const { keys } = await owner();
    const answer = await client.post(`${PATH}/init`, body, keys.token);
    expect([answer.status, answer.body.error?.details.parameters?.[0]?.parameter]).toEqual([400, 'kind']);
  });

  it('an account has so many keys, and no more, also of calls at once', async () => {
    const me = await owner();
    for (let count = 2; count < LIMIT - 1; count += 1)
      expect((await me.keys.add(new SoftwareKey())).status).toBe(200);
    const offers = [];
    for (let each = 0; each < 4; each += 1)
      offers.push(me.keys.offer(new SoftwareKey(), await me.keys.challenge()));
    const statuses = await Promise.all(offers.map(async (offer) => (await me.keys.make(PATH, offer)).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    const { status, body } = await me.keys.add(new SoftwareKey());
    expect([status, body.error?.details.parameters]).toEqual([
      400,
      [{ parameter: 'credentialKind', error: `the account has ${LIMIT} keys, and can have no more` }],
    ]);
    expect(await listed(me)).toHaveLength(LIMIT);
  });

  it('abuse: without a signed action, or with one that is none, nothing is added', async () => {
    const me = await owner();
    const key = new SoftwareKey();
    const payload = JSON.stringify(me.keys.offer(key, await me.keys.challenge()));
    const bare = await me.keys.send(PATH, payload);
    expect([bare.status, bare.body.error?.details.parameters?.[0]?.parameter]).toEqual([
      400,
      'X-DFNS-USERACTION',
    ]);
    const signed = await me.keys.signed('POST', PATH, payload);
    const forged = [
      `${signed.slice(0, -1)}${signed.endsWith('A') ? 'B' : 'A'}`,
      'x',
      signed.slice(44),
      'a.b.c',
    ];
    for (const each of forged) expect((await me.keys.send(PATH, payload, each)).status).toBe(401);
    expect((await me.keys.action('POST', PATH, payload)).challengeIdentifier).toMatch(
      /^[\w-]{43}\.[\w-]{43}$/,
    );
    expect(await opens(me, key)).toBe(false);
    expect((await me.keys.send(PATH, payload, signed)).status).toBe(200);
  });

  it('abuse: a signed action is good for that call alone, once, and of calls at once for one', async () => {
    const me = await owner();
    const [one, other] = [new SoftwareKey(), new SoftwareKey()];
    const payload = JSON.stringify(me.keys.offer(one, await me.keys.challenge()));
    const changed = JSON.stringify(me.keys.offer(other, await me.keys.challenge()));
    const elsewhere = await me.keys.signed('PUT', PATH, changed);
    const signed = await me.keys.signed('POST', PATH, payload);
    expect((await me.keys.send(PATH, changed, signed)).status).toBe(401);
    expect((await me.keys.send(PATH, changed, elsewhere)).status).toBe(401);
    const answers = await Promise.all(Array.from({ length: 6 }, () => me.keys.send(PATH, payload, signed)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
    const again = JSON.stringify(me.keys.offer(one, await me.keys.challenge()));
    expect((await me.keys.send(PATH, again, signed)).status).toBe(401);
    expect([await opens(me, one), await opens(me, other)]).toEqual([true, false]);
  });

  it('abuse: an action that the key of another, a recovery key, or a wrong challenge has signed is none', async () => {
    const [me, they] = [await owner(), await owner()];
    const action = await me.keys.action('POST', PATH, '{}');
    const answers = [
      they.key.firstFactor(action.challenge),
      { ...me.recoveryKey.firstFactor(action.challenge), kind: 'Key' },
      me.key.firstFactor((await people.loginChallenge(me.email)).challenge),
    ];
    for (const answer of answers)
      expect((await me.keys.sign(action.challengeIdentifier, answer)).status).toBe(401);
    const right = me.key.firstFactor(action.challenge);
    expect((await me.keys.sign(action.challengeIdentifier, right, they.keys.token)).status).toBe(401);
    const second = new DfnsNewKeys(client, String((await people.login(me)).body.token), me.key);
    expect((await me.keys.sign(action.challengeIdentifier, right, second.token)).status).toBe(401);
    expect((await me.keys.sign(action.challengeIdentifier, right)).status).toBe(200);
  });

  it('abuse: five wrong signatures end an action, and what was signed for it before', async () => {
    const me = await owner();
    const payload = JSON.stringify(me.keys.offer(new SoftwareKey(), await me.keys.challenge()));
    const { challenge, challengeIdentifier } = await me.keys.action('POST', PATH, payload);
    const { body } = await me.keys.sign(challengeIdentifier, me.key.firstFactor(challenge));
    for (let wrong = 0; wrong < 5; wrong += 1)
      expect((await me.keys.sign(challengeIdentifier, me.key.firstFactor('x'))).status).toBe(401);
    expect((await me.keys.sign(challengeIdentifier, me.key.firstFactor(challenge))).status).toBe(401);
    expect((await me.keys.send(PATH, payload, body['userAction'] as string)).status).toBe(401);
  });

  it('abuse: a login is no action, and an action no login', async () => {
    const me = await owner();
    const login = await people.loginChallenge(me.email);
    const asAction = await me.keys.sign(login.challengeIdentifier, me.key.firstFactor(login.challenge));
    expect(asAction.status).toBe(401);
    const action = await me.keys.action('POST', PATH, '{}');
    const { challengeIdentifier } = action;
    const firstFactor = me.key.firstFactor(action.challenge);
    expect((await client.post('/auth/login', { challengeIdentifier, firstFactor })).status).toBe(401);
  });

  it('abuse: a challenge that another login has asked for, or that is spent, takes no key', async () => {
    const [me, they] = [await owner(), await owner()];
    const theirs = await they.keys.challenge();
    expect((await me.keys.make(PATH, me.keys.offer(new SoftwareKey(), theirs))).status).toBe(401);
    const mine = await me.keys.challenge();
    const second = new DfnsNewKeys(client, String((await people.login(me)).body.token), me.key);
    expect((await second.make(PATH, second.offer(new SoftwareKey(), mine))).status).toBe(401);
    expect((await me.keys.make(PATH, me.keys.offer(new SoftwareKey(), mine))).status).toBe(200);
    expect((await me.keys.make(PATH, me.keys.offer(new SoftwareKey(), mine))).status).toBe(401);
  });

  it('abuse: the id of a passkey that another account has is refused, and stays theirs', async () => {
    const [me, they] = [await owner(), await owner()];
    const passkey = new SoftwareAuthenticator();
    await they.keys.add(passkey, 'Fido2');
    const { status, body } = await me.keys.add(passkey, 'Fido2');
    expect([status, body.error?.details.parameters?.[0]?.parameter]).toEqual([400, 'credId']);
    expect([await opens(me, passkey), await opens(they, passkey)]).toEqual([false, true]);
  });

  it('abuse: a ticket of one more key registers no first ones', async () => {
    const me = await owner();
    const { challenge, challengeIdentifier } = await me.keys.challenge();
    const offered = { firstFactorCredential: new SoftwareKey().create(challenge) };
    expect((await client.post('/auth/registration', offered, challengeIdentifier)).status).toBe(401);
    await app.rows(sql`UPDATE credentials SET revoked_at = now() WHERE account_id = ${me.id}::bigint`);
    expect((await client.post('/auth/registration', offered, challengeIdentifier)).status).toBe(401);
  });

  it('abuse: nothing is begun or signed when the login is over, or in an account that is disabled', async () => {
    const me = await owner();
    const { challenge, challengeIdentifier } = await me.keys.action('POST', PATH, '{}');
    await client.call('PUT', '/auth/logout', undefined, me.keys.token);
    for (const presented of [undefined, 'x', me.keys.token]) {
      expect((await client.post(`${PATH}/init`, { kind: 'Key' }, presented)).status).toBe(401);
      const action = { userActionPayload: '', userActionHttpMethod: 'POST', userActionHttpPath: PATH };
      expect((await client.post('/auth/action/init', action, presented)).status).toBe(401);
    }
    const answer = await me.keys.sign(challengeIdentifier, me.key.firstFactor(challenge));
    expect([answer.status, answer.body.error?.id]).toEqual([401, 'session_not_found']);
  });
});
