import { sql } from '@app/database';
import { Person } from '../../libs/administration/src/person.js';
import { AdminClient } from '../support/admin-client.js';
import { NavixyClient } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

interface Created {
  id: string;
  uuid: string;
  otpauthUri?: string;
}

describe('the administration of accounts', () => {
  let app: TestApp;
  let admin: AdminClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    admin = await AdminClient.of(app, 'accounts:read', 'accounts:write', 'accounts:delete');
  });
  afterAll(() => app.stop());

  const create = (body: object, headers?: Record<string, string>) =>
    admin.send<Created>('POST', '/accounts', { password: PASSWORD, ...body }, headers);
  const eventsOf = (id: string) =>
    app.rows<{ event: string; outcome: string; userAgent: string; protocol: string }>(sql`
      SELECT event, outcome, protocol, user_agent AS "userAgent" FROM audit_events WHERE account_id = ${id}::bigint ORDER BY id`);

  describe('makes one', () => {
    it('with which its owner signs in', async () => {
      const email = app.given.email();
      const { status, headers, body } = await create({ email, username: 'admin-made', orgId: 'acme' });
      expect(status).toBe(201);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toEqual({ id: expect.stringMatching(/^\d+$/), uuid: expect.any(String) });
      expect((await new NavixyClient(app).signIn(email)).body.success).toBe(true);
      expect(await eventsOf(body.id)).toContainEqual({
        ...{ event: 'account.create', outcome: 'done', protocol: 'admin' },
        userAgent: `key ${admin.name}`,
      });
    });

    it('with an authenticator, whose secret is told this once', async () => {
      const { body } = await create({ email: app.given.email(), secondFactor: 'totp' });
      expect(body.otpauthUri).toMatch(/^otpauth:\/\/totp\//);
      const shown = await admin.send('GET', `/accounts/${body.id}`);
      expect(JSON.stringify(shown.body)).not.toContain('otpauth');
    });

    it('once, however often it is sent under one Idempotency-Key', async () => {
      const email = app.given.email();
      const headers = { 'Idempotency-Key': '0123456789abcdef-admin' };
      const answers = await Promise.all([1, 2, 3].map(() => create({ email }, headers)));
      const made = answers.filter(({ status }) => status === 201);
      expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
      expect(answers.filter(({ status }) => ![201, 409].includes(status))).toEqual([]);
      expect((await create({ email }, headers)).body.id).toBe(made[0]?.body.id);
      expect((await create({ email: app.given.email() }, headers)).status).toBe(422);
    });

    it('of many at once with one name, one', async () => {
      const email = app.given.email();
      const statuses = (await Promise.all(Array.from({ length: 8 }, () => create({ email })))).map(
        (each) => each.status,
      );
      expect(statuses.sort()).toEqual([201, ...Array<number>(7).fill(409)]);
    });

    it.each([
      ['without a name', {}, 'identifier_missing'],
      ['with what is no address', { email: 'anna' }, 'invalid_parameters'],
      ['with a user name like an id', { username: '123456789012345678' }, 'invalid_parameters'],
      ['with a phone without a country', { phone: '0151' }, 'invalid_parameters'],
      [
        'with a password of seven characters',
        { username: 'seven', password: '1234567' },
        'invalid_parameters',
      ],
      ['with two kinds of password', { username: 'two', passwordHash: 'x' }, 'invalid_parameters'],
      ['without any password', { username: 'none', password: undefined }, 'invalid_parameters'],
      ['with texts as factor and no phone', { username: 'texts', secondFactor: 'sms' }, 'invalid_parameters'],
      ['in a language that nobody speaks', { username: 'tlh', language: 'tlh' }, 'invalid_parameters'],
      ['with a field that nobody knows', { username: 'odd', admin: true }, 'invalid_parameters'],
    ])('not %s', async (_, body, code) => {
      const answer = await create(body);
      expect([answer.status, (answer.body as unknown as { type: string }).type]).toEqual([
        400,
        `urn:countersign:problem:${code}`,
      ]);
    });
  });

  it('finds by the beginning of a name, page by page', async () => {
    for (const n of [1, 2, 3]) await create({ username: `zebra${n}` });
    const first = await admin.send<{ accounts: { username: string }[]; cursor: string }>(
      'GET',
      '/accounts?q=zebra&limit=2',
    );
    expect(first.body.accounts.map(({ username }) => username)).toEqual(['zebra1', 'zebra2']);
    const next = await admin.send<typeof first.body>(
      'GET',
      `/accounts?q=zebra&limit=2&cursor=${first.body.cursor}`,
    );
    expect(next.body.accounts.map(({ username }) => username)).toEqual(['zebra3']);
    expect(next.body.cursor).toBeUndefined();
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=x', 'nothing=1', 'q='])
      expect([query, (await admin.send('GET', `/accounts?${query}`)).status]).toEqual([query, 400]);
    expect((await admin.send('GET', '/accounts?limit=100')).status).toBe(200);
  });

  it('shows one by id or UUID, and by no other name', async () => {
    const { id, uuid, email } = await app.given.person();
    for (const reference of [id, uuid, uuid.toUpperCase()]) {
      const { status, body } = await admin.send('GET', `/accounts/${reference}`);
      expect([status, body['id'], body['liveSessions']]).toEqual([200, id, 0]);
    }
    expect((await admin.send('GET', `/accounts/${email}`)).status).toBe(400);
    expect((await admin.send('GET', `/accounts/${BigInt(id) + 1n}`)).status).toBe(404);
    const seen = (await eventsOf(id)).filter(({ event }) => event === 'admin.read account');
    expect(seen).toHaveLength(3);
    expect(seen[0]?.userAgent).toBe(`key ${admin.name}`);
  });

  describe('changes one', () => {
    it('as far as it is told, and takes away what is null', async () => {
      const { id } = await app.given.person({ orgId: 'a', tenantId: 'b' });
      const { body } = await admin.send('PATCH', `/accounts/${id}`, { orgId: null, language: 'de' });
      expect(body).toMatchObject({ orgId: null, tenantId: 'b', language: 'de' });
      expect((await admin.send('PATCH', `/accounts/${id}`, { language: null })).status).toBe(400);
      expect((await admin.send('PATCH', `/accounts/${id}`, { email: 'x@example.com' })).status).toBe(400);
    });

    it('of two who have seen the same, for one alone', async () => {
      const { id } = await app.given.person();
      const tag = (await admin.send('GET', `/accounts/${id}`)).headers.get('etag') as string;
      const change = (orgId: string) =>
        admin.send('PATCH', `/accounts/${id}`, { orgId }, { 'If-Match': tag });
      const answers = await Promise.all(['a', 'b', 'c'].map(change));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
      const done = answers.find(({ status }) => status === 200);
      const now = (await admin.send('GET', `/accounts/${id}`)).headers.get('etag');
      expect(now).toBe(done?.headers.get('etag'));
      expect((await admin.send('PATCH', `/accounts/${id}`, { orgId: 'd' }, { 'If-Match': '*' })).status).toBe(
        200,
      );
    });
  });

  it('disables and enables one, and says the same when it is said twice', async () => {
    const { id, email } = await app.given.person();
    await new YatClient(app).signIn(email);
    expect((await admin.send('POST', `/accounts/${id}/disable`)).body).toEqual({ sessionsEnded: 1 });
    expect((await admin.send('POST', `/accounts/${id}/disable`)).body).toEqual({ sessionsEnded: 0 });
    expect((await new NavixyClient(app).signIn(email)).body.success).toBe(false);
    for (let n = 0; n < 2; n += 1)
      expect((await admin.send('POST', `/accounts/${id}/enable`)).status).toBe(204);
    expect((await new NavixyClient(app).signIn(email)).body.success).toBe(true);
  });

  it('unlocks one that was locked for wrong passwords', async () => {
    const { id, email } = await app.given.person();
    const navixy = new NavixyClient(app);
    for (let n = 0; n < 6; n += 1) await navixy.signIn(email, 'wrong password');
    const { body } = await admin.send('GET', `/accounts/${id}`);
    expect(body['passwordLockedUntil']).not.toBeNull();
    expect((await admin.send('POST', `/accounts/${id}/unlock`)).status).toBe(204);
    expect((await admin.send('GET', `/accounts/${id}`)).body['passwordLockedUntil']).toBeNull();
    expect((await navixy.signIn(email)).body.success).toBe(true);
  });

  it('gives a phone and a second factor, and refuses what would leave its owner outside', async () => {
    const { id } = await app.given.person();
    const path = `/accounts/${id}`;
    expect((await admin.send('PUT', `${path}/second-factor`, { secondFactor: 'sms' })).status).toBe(409);
    expect((await admin.send('PUT', `${path}/phone`, { phone: app.given.phone() })).status).toBe(204);
    expect((await admin.send('PUT', `${path}/second-factor`, { secondFactor: 'sms' })).status).toBe(200);
    expect((await admin.send('PUT', `${path}/phone`, { phone: null })).status).toBe(409);
    const totp = await admin.send('PUT', `${path}/second-factor`, { secondFactor: 'totp' });
    expect(totp.body['otpauthUri']).toMatch(/^otpauth:/);
    expect((await admin.send('PUT', `${path}/second-factor`, { secondFactor: 'fax' })).status).toBe(400);
    expect((await admin.send('PUT', `${path}/phone`, {})).status).toBe(400);
  });

  it('shows sessions, and ends one or all; those of others it does not', async () => {
    const [one, other] = [await app.given.person(), await app.given.person()];
    for (const { email } of [one, one, other]) await new YatClient(app).signIn(email);
    const list = async (id: string) =>
      (await admin.send<{ sessions: { id: string }[] }>('GET', `/accounts/${id}/sessions`)).body.sessions;
    const [first, second] = await list(one.id);
    const [foreign] = await list(other.id);
    expect((await admin.send('DELETE', `/accounts/${one.id}/sessions/${foreign?.id}`)).status).toBe(404);
    expect((await admin.send('DELETE', `/accounts/${one.id}/sessions/${first?.id}`)).status).toBe(204);
    expect((await admin.send('DELETE', `/accounts/${one.id}/sessions/${first?.id}`)).status).toBe(404);
    expect((await list(one.id)).map(({ id }) => id)).toEqual([second?.id]);
    expect((await admin.send('DELETE', `/accounts/${one.id}/sessions`)).body).toEqual({ sessionsEnded: 1 });
    expect([await list(one.id), (await list(other.id)).length]).toEqual([[], 1]);
    expect(JSON.stringify(await list(other.id))).not.toContain('Hash');
  });

  it('deletes one after its time, once, and restores it before', async () => {
    const { id, email } = await app.given.person();
    const asked = await admin.send<{ dueAt: string }>('DELETE', `/accounts/${id}`);
    expect(new Date(asked.body.dueAt).getTime()).toBeGreaterThan(app.clock.now().getTime());
    expect((await admin.send('DELETE', `/accounts/${id}`)).body).toMatchObject({ dueAt: asked.body.dueAt });
    expect((await admin.send('POST', `/accounts/${id}/restore`)).status).toBe(204);
    expect((await admin.send('POST', `/accounts/${id}/restore`)).status).toBe(409);
    expect((await new NavixyClient(app).signIn(email)).body.success).toBe(true);
  });

  it('writes one down as an import reads it, and what is kept about its owner, and no secret of either', async () => {
    const { id, email } = await app.given.person({ factor: 'totp' });
    const reader = await AdminClient.of(app, 'accounts:export');
    const written = (await reader.send('GET', `/accounts/${id}/export`)).body;
    expect(Person.parse(written)).toMatchObject({ id, email, secondFactor: 'totp' });
    const kept = (await reader.send('GET', `/accounts/${id}/personal-data`)).body;
    expect(kept).toMatchObject({ profile: { id, email }, signsInWith: { password: true }, sessions: [] });
    for (const secret of ['passwordHash', '$argon2', 'otpauth', 'sealed'])
      expect(JSON.stringify([written, kept])).not.toContain(secret);
    expect(
      (await eventsOf(id)).filter((event) => JSON.stringify(event).includes('account.export')),
    ).toHaveLength(2);
    await admin.send('DELETE', `/accounts/${id}`);
    expect((await reader.send('GET', `/accounts/${id}/export`)).status).toBe(409);
  });

  it('leaves nothing of a call that it refuses', async () => {
    const { id } = await app.given.person();
    const before = await eventsOf(id);
    const reader = await AdminClient.of(app, 'accounts:read');
    for (const [method, path] of [
      ['POST', 'disable'],
      ['DELETE', 'sessions'],
      ['DELETE', ''],
    ] as const)
      expect((await reader.send(method, `/accounts/${id}${path && `/${path}`}`)).status).toBe(403);
    expect(await eventsOf(id)).toEqual(before);
    expect((await admin.send('GET', `/accounts/${id}`)).body['disabledAt']).toBeNull();
  });
});
