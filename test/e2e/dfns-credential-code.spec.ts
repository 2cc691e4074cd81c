import { sql } from '@app/database';
import { DfnsClient } from '../support/dfns-client.js';
import { DfnsNewKeys, type KeyChallenge } from '../support/dfns-new-keys.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { told } from '../support/notices.js';
import { SoftwareAuthenticator, SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';

const PATH = '/auth/credentials/code';
const LIFE_SECONDS = 300;

describe('a key for a device that has none, by a code', () => {
  let app: TestApp;
  let client: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    client = new DfnsClient(app);
    people = new DfnsPeople(app, client);
  });
  afterAll(() => app.stop());

  async function owner() {
    const member = await people.member();
    const token = String((await people.login(member)).body.token);
    return { ...member, keys: new DfnsNewKeys(client, token, member.key) };
  }
  const inSeconds = (seconds: number) => new Date(app.clock.now().getTime() + seconds * 1000).toISOString();
  const make = (keys: DfnsNewKeys, expiration: unknown = inSeconds(3600)) => keys.make(PATH, { expiration });
  const codeOf = async (keys: DfnsNewKeys, expiration?: unknown) =>
    (await make(keys, expiration)).body['code'] as string;
  const init = (code: string, credentialKind = 'Key') =>
    client.post(`${PATH}/init`, { credentialKind, code });
  const verify = (keys: DfnsNewKeys, key: SoftwareKey | SoftwareAuthenticator, challenge: unknown) =>
    client.post(`${PATH}/verify`, keys.offer(key, challenge as KeyChallenge));
  const opens = async (email: string, key: SoftwareKey | SoftwareAuthenticator) =>
    (await people.login({ email, key })).status === 200;

  it.each([
    ['Key', () => new SoftwareKey()],
    ['Fido2', () => new SoftwareAuthenticator()],
  ])('a %s is added without a login, once, and the owner is told', async (kind, made) => {
    const { id, uuid, email, keys } = await owner();
    const before = await told(app, id);
    const code = await codeOf(keys);
    const { status, body } = await init(code, kind);
    expect([status, body['kind'], (body['user'] as { id: string }).id]).toEqual([200, kind, uuid]);
    const key = made();
    const answer = await verify(keys, key, body);
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { kind, credentialId: key.credId, name: 'my phone', isActive: true },
    ]);
    expect(await opens(email, key)).toBe(true);
    expect((await told(app, id)).slice(before.length)).toEqual([`email passkeys_changed ${email}`]);
    expect((await init(code)).status).toBe(401);
    expect((await verify(keys, new SoftwareKey(), body)).status).toBe(401);
  });

  it('lives as long as was asked for, and never longer than a challenge', async () => {
    const { keys } = await owner();
    for (const [asked, lives] of [
      [() => inSeconds(10), 10],
      [() => app.clock.now().getTime() / 1000 + 20, 20],
      [() => inSeconds(LIFE_SECONDS + 1), LIFE_SECONDS],
      [() => 1e12, LIFE_SECONDS],
    ] as const) {
      const { status, body } = await make(keys, asked());
      expect([status, body['expiration']]).toEqual([200, inSeconds(lives)]);
      app.clock.advanceSeconds(lives - 1);
      expect((await init(body['code'] as string)).status).toBe(200);
      app.clock.advanceSeconds(1);
      expect((await init(body['code'] as string)).body.error?.id).toBe('code_wrong');
    }
  });

  it.each([
    ['a time that is over', '2020-01-01T00:00:00Z'],
    ['no time', 'tomorrow'],
    ['a date alone', '2099-01-01'],
    ['a time that no calendar has', '2099-99-99T00:00:00Z'],
    ['a number that is no time', 1e300],
    ['no text', {}],
    ['null', null],
  ])('%s is no expiration', async (_what, expiration) => {
    const { keys } = await owner();
    const { status, body } = await keys.make(PATH, { expiration });
    expect([status, body.error?.details.parameters?.[0]?.parameter]).toEqual([400, 'expiration']);
  });

  it('abuse: a code is made with a signed action alone, and by no ticket of another call', async () => {
    const { keys } = await owner();
    const payload = JSON.stringify({ expiration: inSeconds(60) });
    expect((await keys.send(PATH, payload)).status).toBe(400);
    const elsewhere = await keys.signed('POST', '/auth/credentials', payload);
    expect((await keys.send(PATH, payload, elsewhere)).status).toBe(401);
    const signed = await keys.signed('POST', PATH, payload);
    const answers = await Promise.all(Array.from({ length: 4 }, () => keys.send(PATH, payload, signed)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    const ticket = await keys.challenge();
    expect((await init(ticket.challengeIdentifier)).status).toBe(401);
    expect((await verify(keys, new SoftwareKey(), ticket)).status).toBe(401);
  });

  it('abuse: five wrong answers end a code; of right ones at once one is taken', async () => {
    const { email, keys } = await owner();
    const guessed = (await init(await codeOf(keys))).body;
    for (let wrong = 0; wrong < 5; wrong += 1)
      expect((await verify(keys, new SoftwareKey(), { ...guessed, challenge: 'x' })).status).toBe(401);
    expect((await verify(keys, new SoftwareKey(), guessed)).status).toBe(401);
    const { body } = await init(await codeOf(keys));
    const made = Array.from({ length: 5 }, () => new SoftwareKey());
    const answers = await Promise.all(made.map((key) => verify(keys, key, body)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const opening = await Promise.all(made.map((key) => opens(email, key)));
    expect(opening.filter(Boolean)).toHaveLength(1);
  });

  it('abuse: a code rests as a keyed hash, and no answer says whose an unknown one would be', async () => {
    const { keys } = await owner();
    const code = await codeOf(keys);
    const dump = JSON.stringify(await app.rows(sql`SELECT * FROM attempts ORDER BY id DESC LIMIT 20`));
    expect(dump).not.toContain(code);
    expect((await init(`${code.slice(0, -1)}${code.endsWith('A') ? 'Q' : 'A'}`)).body).toEqual({
      error: { id: 'code_wrong', status: 401, message: 'The code is wrong, expired or spent.', details: {} },
    });
  });

  it('a new key needs a login that is fresh, where that is shorter than a token lives', async () => {
    const brief = await TestApp.start({ ...AT_HOME, SECOND_FACTOR_MARK_SECONDS: '60' });
    try {
      const others = new DfnsPeople(brief, new DfnsClient(brief));
      const member = await others.member();
      const token = String((await others.login(member)).body.token);
      const init = () => others.client.post('/auth/credentials/init', { kind: 'Key' }, token);
      brief.clock.advanceSeconds(59);
      expect((await init()).status).toBe(200);
      brief.clock.advanceSeconds(1);
      expect([(await init()).status, (await init()).body.error?.id]).toEqual([403, 'proof_stale']);
    } finally {
      await brief.stop();
    }
  });
});
