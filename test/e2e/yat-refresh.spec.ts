import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';
import { claimsOf, YatClient } from '../support/yat-client.js';

describe('POST /auth/token/refresh', () => {
  let app: TestApp;
  let client: YatClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '100000', DATABASE_POOL_SIZE: '20' });
    client = new YatClient(app);
  });
  afterAll(() => app.stop());

  async function signIn() {
    const email = `refresh${(accounts += 1)}@example.com`;
    const { id } = await app.createAccount({ email, secondFactor: 'none' });
    const { body } = await client.signIn(email);
    return { id, email, token: body.refresh_token };
  }
  const outcomes = async (id: string) =>
    (
      await app.rows<{ outcome: string }>(
        sql`SELECT outcome FROM audit_events WHERE account_id = ${id} AND event = 'token.refresh' ORDER BY id`,
      )
    ).map(({ outcome }) => outcome);

  it('answers a new pair of tokens and leaves requires_2fa out', async () => {
    const { token } = await signIn();
    const { status, body } = await client.refresh(token);
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['access_token', 'has_password', 'refresh_token']);
    expect(body.refresh_token).not.toBe(token);
    expect(claimsOf(body.access_token).scopes).toEqual(['account:read', 'account:write']);
  });

  it('answers a lost answer with the very token that was lost, and says so in the audit log', async () => {
    const { id, token } = await signIn();
    const lost = (await client.refresh(token)).body.refresh_token;
    app.clock.advanceSeconds(10);
    const again = await client.refresh(token);
    expect(again.status).toBe(200);
    expect(again.body.refresh_token).toBe(lost);
    expect((await client.refresh(lost)).status).toBe(200);
    expect(await outcomes(id)).toEqual(['rotated', 'lost_answer', 'rotated']);
  });

  it('lives 30 days unused and not a second longer', async () => {
    const [one, other] = [await signIn(), await signIn()];
    app.clock.advanceSeconds(30 * 86_400 - 1);
    expect((await client.refresh(one.token)).status).toBe(200);
    app.clock.advanceSeconds(1);
    expect((await client.refresh(other.token)).status).toBe(401);
  });

  it('lives 90 days however often it is used', async () => {
    let { token } = await signIn();
    for (let days = 0; days < 75; days += 25) {
      app.clock.advanceSeconds(25 * 86_400);
      token = (await client.refresh(token)).body.refresh_token;
    }
    app.clock.advanceSeconds(15 * 86_400 - 1);
    token = (await client.refresh(token)).body.refresh_token;
    expect(token).toBeDefined();
    app.clock.advanceSeconds(1);
    expect((await client.refresh(token)).status).toBe(401);
  });

  it.each([
    ['one that nobody issued', 'AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['a word', 'refresh'],
    ['a long one', 'x'.repeat(20_000)],
  ])('refuses %s with 401', async (_, token) => {
    expect(await client.refresh(token)).toMatchObject({
      status: 401,
      body: { error: 'Token not found or invalid', fields: {} },
    });
  });

  it('refuses a truncated token with 401 and leaves its session alone', async () => {
    const { token } = await signIn();
    expect((await client.refresh(token.slice(0, -1))).status).toBe(401);
    expect((await client.refresh(token)).status).toBe(200);
  });

  it('takes no access token for a refresh token, and no token of another protocol', async () => {
    const { email } = await signIn();
    const { access_token } = (await client.signIn(email)).body;
    expect((await client.refresh(access_token)).status).toBe(401);
  });

  it('refuses the sessions of a disabled account', async () => {
    const { id, token } = await signIn();
    await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${id}`);
    expect((await client.refresh(token)).status).toBe(401);
  });

  it('ends the session when a token comes back after its grace, and the end outlives the failing call', async () => {
    const { id, token } = await signIn();
    const { refresh_token } = (await client.refresh(token)).body;
    app.clock.advanceSeconds(11);
    expect((await client.refresh(token)).status).toBe(401);
    expect((await client.refresh(refresh_token)).status).toBe(401);
    expect(await outcomes(id)).toEqual(['rotated', 'replay', 'ended']);
    const [session] = await app.rows(sql`SELECT end_reason FROM sessions WHERE account_id = ${id}`);
    expect(session).toEqual({ end_reason: 'refresh_replayed' });
  });

  it('ends the session when a token comes back whose successor was used, even within the grace', async () => {
    const { token } = await signIn();
    const second = (await client.refresh(token)).body.refresh_token;
    const third = (await client.refresh(second)).body.refresh_token;
    expect((await client.refresh(token)).status).toBe(401);
    expect((await client.refresh(third)).status).toBe(401);
  });

  it('abuse: 64 parallel refreshes of one token all get a token that works, and one branch is alive', async () => {
    const { id, token } = await signIn();
    const answers = await Promise.all(Array.from({ length: 64 }, () => client.refresh(token)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 64 }, () => 200));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    const [live] = await app.rows(
      sql`SELECT count(*)::int AS sessions FROM sessions WHERE account_id = ${id} AND ended_at IS NULL`,
    );
    expect(live).toEqual({ sessions: 1 });
    expect((await client.refresh(answers[0]?.body.refresh_token as string)).status).toBe(200);
    expect((await outcomes(id)).filter((outcome) => outcome === 'rotated')).toHaveLength(2);
    expect((await outcomes(id)).filter((outcome) => outcome === 'concurrent')).toHaveLength(63);
  });

  it('abuse: the same over two replicas at once', async () => {
    const replica = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '100000' }, app);
    const clients = [client, new YatClient(replica)];
    const { token } = await signIn();
    const answers = await Promise.all(
      Array.from(
        { length: 32 },
        (_, turn) => clients[turn % 2]?.refresh(token) as ReturnType<YatClient['refresh']>,
      ),
    );
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await replica.stop();
  });

  it('abuse: a stolen token used after its owner throws both out at once', async () => {
    const { token } = await signIn();
    const owner = (await client.refresh(token)).body.refresh_token;
    app.clock.advanceSeconds(60);
    const thief = await client.refresh(token);
    expect(thief.status).toBe(401);
    expect((await client.refresh(owner)).status).toBe(401);
  });
});
