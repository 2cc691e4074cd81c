import { Config } from '@app/config';
import { sql } from '@app/database';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople, ORG, type Challenge, type Member } from '../support/dfns-people.js';
import { SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';

const PATH = '/auth/recover/user/delegated';

describe('POST /auth/recover/user/delegated', () => {
  let app: TestApp;
  let client: DfnsClient;
  let people: DfnsPeople;
  let key: string;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off' });
    client = new DfnsClient(app);
    people = new DfnsPeople(app, client);
    key = await app.serviceKey({ name: 'help-desk', scopes: ['recover'] });
  });
  afterAll(() => app.stop());

  const begin = ({ email, recoveryKey }: Member, more: object = {}, token: string | undefined = key) =>
    client.post(PATH, { username: email, credentialId: recoveryKey.credId, ...more }, token);
  const recover = (
    { recoveryKey }: Member,
    { challenge, temporaryAuthenticationToken }: Challenge,
    fresh = new SoftwareKey(),
  ) => {
    const newCredentials = { firstFactorCredential: fresh.create(challenge) };
    return client.post(
      '/auth/recover/user',
      { recovery: recoveryKey.recover(newCredentials), newCredentials },
      temporaryAuthenticationToken,
    );
  };
  const challengeOf = async (member: Member) => (await begin(member)).body as unknown as Challenge;
  const audited = (outcome: string) =>
    app.rows(sql`SELECT FROM audit_events WHERE event = 'recovery.init help-desk' AND outcome = ${outcome}`);

  it('answers as init does, and the recovery key recovers the account', async () => {
    const member = await people.member();
    const { status, body } = await begin(member);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      user: { name: member.email },
      challenge: expect.any(String),
      temporaryAuthenticationToken: expect.any(String),
      allowedRecoveryCredentials: [{ id: member.recoveryKey.credId }],
    });
    const fresh = new SoftwareKey();
    expect((await recover(member, body as unknown as Challenge, fresh)).status).toBe(200);
    expect((await people.login({ email: member.email, key: fresh })).status).toBe(200);
    expect((await people.login(member)).status).toBe(401);
    expect(await audited('vouched')).toHaveLength(1);
  });

  it('sends nothing, and leaves a code that was mailed good', async () => {
    const member = await people.member();
    const code = await client.mailedCode(member.email);
    const before = app.mailbox.count(member.email);
    await begin(member);
    expect(app.mailbox.count(member.email)).toBe(before);
    expect((await client.recoveryInit(member.email, code, member.recoveryKey.credId)).status).toBe(200);
  });

  it('takes the organisation into account', async () => {
    const member = await people.member();
    expect((await begin(member, { orgId: ORG })).status).toBe(200);
    expect((await begin(member, { orgId: 'or-aaaaa-bbbbb-cccccccccccccccc' })).status).toBe(401);
  });

  it.each<[string, (member: Member) => Promise<{ status: number }>, number]>([
    ['without a key', (member) => client.post(PATH, { username: member.email, credentialId: 'x' }), 401],
    ['with a key of another form', (member) => begin(member, {}, 'csk_short'), 401],
    [
      'with a token of a person',
      async (member) => begin(member, {}, (await people.login(member)).body.token),
      401,
    ],
    ['with a key for introspection alone', async (member) => begin(member, {}, await app.serviceKey()), 403],
    ['for nobody', () => client.post(PATH, { username: 'nobody@example.com', credentialId: 'x' }, key), 401],
    ['with a code beside it', (member) => begin(member, { verificationCode: '1234-5678-9012-3456' }), 400],
    ['without the id of a recovery key', (member) => client.post(PATH, { username: member.email }, key), 400],
  ])('is refused %s', async (_, ask, status) => {
    expect((await ask(await people.member())).status).toBe(status);
  });

  it('is refused for an account that is disabled, and says so in the record', async () => {
    const member = await people.member();
    await app.rows(
      sql`UPDATE accounts SET disabled_at = ${app.clock.now()}::timestamptz WHERE id = ${member.id}`,
    );
    const before = (await audited('absent')).length;
    expect((await begin(member)).status).toBe(401);
    expect((await audited('absent')).length).toBeGreaterThanOrEqual(Math.max(before, 1));
  });

  it('abuse: without the recovery key it opens nothing, whoever vouches', async () => {
    const member = await people.member();
    const thief = { ...member, recoveryKey: new SoftwareKey('RecoveryKey') };
    const answer = await recover(thief as unknown as Member, await challengeOf(member));
    expect(answer.status).toBe(401);
    expect((await people.login(member)).status).toBe(200);
  });

  it('abuse: a challenge is good for its life and for one recovery', async () => {
    const { lifeSeconds } = app.nest.get(Config).attempts.recovery_proof;
    const [member, other] = [await people.member(), await people.member()];
    const [inTime, late] = [await challengeOf(member), await challengeOf(other)];
    app.clock.advanceSeconds(lifeSeconds - 1);
    expect((await recover(member, inTime)).status).toBe(200);
    expect((await recover(member, inTime)).status).toBe(401);
    app.clock.advanceSeconds(1);
    expect((await recover(other, late)).status).toBe(401);
  });
});
