import { AT_HOME } from '../support/dfns-people.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { HELD } from '../support/held-credentials.js';
import { NavixyClient } from '../support/navixy-client.js';
import { ServiceClient } from '../support/service-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { claimsOf, YatClient } from '../support/yat-client.js';
import { AccountsService, ServiceKeysService } from '@app/administration';
import { sql } from '@app/database';

const INACTIVE = '{"active":false}';
const credentials = Object.entries(HELD);

describe('POST /introspect', () => {
  let app: TestApp;
  let service: ServiceClient;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off' });
    service = new ServiceClient(app, await app.serviceKey({ lifeSeconds: 10 * 365 * 86_400 }));
  });
  afterAll(() => app.stop());

  const seconds = () => Math.floor(app.clock.now().getTime() / 1000);
  const operator = () => app.nest.get(AccountsService);

  describe('answers that a credential is good', () => {
    it.each(credentials)('%s: with account, session, proofs and times', async (_, hold) => {
      const held = await hold(app);
      const { status, headers, body } = await service.introspect(held.token);
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toMatchObject({
        active: true,
        sub: held.uuid,
        protocol: held.protocol,
        amr: held.amr,
        acr: `urn:countersign:${held.amr.length > 1 ? 'two-factors' : 'one-factor'}`,
        iss: AT_HOME.PUBLIC_URL,
        sid: expect.stringMatching(/^\d+$/),
      });
      expect(Math.abs((body.auth_time ?? 0) - seconds())).toBeLessThanOrEqual(1);
      expect(Math.abs((body.iat ?? 0) - seconds())).toBeLessThanOrEqual(1);
      expect(body.exp).toBeGreaterThan(seconds());
    });

    it('says of an access token what it says itself', async () => {
      const { email } = await app.given.person();
      const { access_token } = (await new YatClient(app).signIn(email)).body;
      const { exp, iat, aud, sid, sub, scopes } = claimsOf(access_token);
      expect((await service.introspect(access_token)).body).toMatchObject({
        ...{ exp, iat, aud, sid, sub },
        scope: (scopes as string[]).join(' '),
        token_type: 'Bearer',
      });
    });

    it.each(credentials)('%s: in one round trip, without a new life', async (_, hold) => {
      const held = await hold(app);
      const { body: first } = await service.introspect(held.token);
      const counter = new StatementCounter(app);
      const statements = await counter.during(async () => {
        expect((await service.introspect(held.token)).body).toEqual(first);
      });
      counter.stop();
      expect(statements).toHaveLength(1);
    });

    it('reads and ignores what it is said to be, and what else is sent', async () => {
      const { token } = await (HELD['a navixy hash'] as (typeof credentials)[0][1])(app);
      const body = new URLSearchParams({ token, token_type_hint: 'refresh_token', client_id: 'x' });
      const key = await app.serviceKey();
      const { body: answer } = await service.send({ headers: { Authorization: `Bearer ${key}` }, body });
      expect(answer.active).toBe(true);
    });
  });

  describe('answers nothing but that a credential is not good', () => {
    const expectInactive = async (token: string) => {
      const { status, text } = await service.introspect(token);
      expect([status, text]).toEqual([200, INACTIVE]);
    };

    it.each(credentials)('%s: once its session has ended', async (_, hold) => {
      const held = await hold(app);
      expect(await service.isActive(held.token)).toBe(true);
      await held.end();
      await expectInactive(held.token);
    });

    it.each(credentials)('%s: of a disabled account', async (_, hold) => {
      const held = await hold(app);
      await operator().disable(app.operatorCall(), await operator().find(held.uuid));
      await expectInactive(held.token);
    });

    it.each(credentials)('%s: made before the account’s stamp was raised', async (_, hold) => {
      const held = await hold(app);
      await app.rows(sql`UPDATE accounts SET security_stamp = security_stamp + 1 WHERE uuid = ${held.uuid}`);
      await expectInactive(held.token);
    });

    it.each(credentials)('%s: from its last second on, and not before', async (_, hold) => {
      const held = await hold(app);
      const { exp = 0 } = (await service.introspect(held.token)).body;
      const left = exp - app.clock.now().getTime() / 1000;
      app.clock.advanceSeconds(left - 1);
      expect(await service.isActive(held.token)).toBe(true);
      app.clock.advanceSeconds(2);
      await expectInactive(held.token);
    });

    it('a refresh token: from the end of the grace after its successor on, and not before', async () => {
      const { email } = await app.given.person();
      const yat = new YatClient(app);
      const { refresh_token: older } = (await yat.signIn(email)).body;
      const { refresh_token: newer } = (await yat.refresh(older)).body;
      app.clock.advanceSeconds(10);
      expect([await service.isActive(older), await service.isActive(newer)]).toEqual([true, true]);
      app.clock.advanceSeconds(1);
      expect([await service.isActive(older), await service.isActive(newer)]).toEqual([false, true]);
      // To ask is not to use: a thief's try would have ended the session.
      expect((await yat.refresh(newer)).status).toBe(200);
    });

    it('what waits for a second factor, and what it was before that was proven', async () => {
      const { email } = await app.given.person({ factor: 'email' });
      const navixy = new NavixyClient(app);
      const { hash, code } = await navixy.pending(email);
      await expectInactive(hash);
      await navixy.verify(hash, code);
      await expectInactive(hash);

      const other = await app.given.person({ factor: 'email' });
      const yat = new YatClient(app);
      const before = app.mailbox.count(other.email);
      const pending = (await yat.signIn(other.email)).body;
      for (const token of [pending.access_token, pending.refresh_token]) await expectInactive(token);
      const mailed = await app.mailbox.code(other.email, before + 1);
      const full = (await yat.confirm(pending.refresh_token, mailed)).body;
      expect(await service.isActive(full.access_token)).toBe(true);
      await expectInactive(pending.access_token);
    });

    it('a wacht browser in which nobody has signed in, and the token before the last rotation', async () => {
      const wacht = new WachtClient(app);
      await wacht.session();
      const empty = (wacht.cookie as string).replace('__session=', '');
      await expectInactive(empty);
      const { email } = await app.given.person();
      await wacht.signInWithPassword(email);
      await expectInactive(empty);
    });

    it('the key of a docspace step, and anything at all', async () => {
      const { email } = await app.given.person({ factor: 'totp' });
      const { confirmUrl } = (await new DocspaceClient(app).signIn(email)).body.response;
      await expectInactive(new URL(String(confirmUrl)).searchParams.get('key') ?? '');
      for (const token of ['', 'x', 'f'.repeat(32), 'a'.repeat(43), `${'a'.repeat(22)}.${'b'.repeat(43)}`])
        await expectInactive(token);
    });
  });

  describe('is for the holders of a key', () => {
    const token = 'f'.repeat(32);

    it('as Bearer, and as the password of Basic under its own name', async () => {
      const key = await app.serviceKey({ name: 'billing' });
      const basic = (user: string) => `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}`;
      const caller = new ServiceClient(app);
      const status = async (Authorization: string) =>
        (await caller.introspect(token, { Authorization })).status;
      expect(await status(`Bearer ${key}`)).toBe(200);
      expect(await status(basic('billing'))).toBe(200);
      expect(await status(basic('another'))).toBe(401);
    });

    it('says what to show to who shows nothing', async () => {
      const { status, headers, body } = await new ServiceClient(app).introspect(token);
      expect([status, body]).toEqual([401, { error: 'invalid_token' }]);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="countersign", Basic realm="countersign"');
    });

    it.each([
      ['a query', (key: string) => ({ query: `?access_token=${key}&client_secret=${key}` })],
      ['a body', (key: string) => ({ body: { client_id: 'x', client_secret: key } })],
      ['a cookie', (key: string) => ({ headers: { Cookie: `key=${key}` } })],
      ['another scheme', (key: string) => ({ headers: { Authorization: `NVX ${key}` } })],
      ['no scheme', (key: string) => ({ headers: { Authorization: key } })],
    ])('and is not looked for in %s', async (_, shown) => {
      const {
        query = '',
        body = {},
        headers = {},
      } = shown(await app.serviceKey()) as {
        query?: string;
        body?: Record<string, string>;
        headers?: Record<string, string>;
      };
      const sent = new URLSearchParams({ token, ...body });
      expect((await new ServiceClient(app).send({ headers, body: sent }, query)).status).toBe(401);
    });

    it('until it expires, and not a moment longer', async () => {
      const caller = new ServiceClient(app, await app.serviceKey({ lifeSeconds: 3600 }));
      app.clock.advanceSeconds(3599);
      expect((await caller.introspect(token)).status).toBe(200);
      app.clock.advanceSeconds(1);
      const { status, headers, body } = await caller.introspect(token);
      expect([status, body]).toEqual([401, { error: 'invalid_token' }]);
      expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
    });

    it('until it is revoked', async () => {
      const caller = new ServiceClient(app, await app.serviceKey({ name: 'revoked-soon' }));
      expect((await caller.introspect(token)).status).toBe(200);
      await app.nest.get(ServiceKeysService).revoke(app.operatorCall(), 'revoked-soon');
      expect((await caller.introspect(token)).status).toBe(401);
    });

    it('which is good for that', async () => {
      const key = await app.serviceKey({ name: 'for-nothing' });
      await app.rows(sql`UPDATE service_keys SET scopes = '{other}' WHERE name = 'for-nothing'`);
      const { status, headers, body } = await new ServiceClient(app, key).introspect(token);
      expect([status, body]).toEqual([403, { error: 'insufficient_scope' }]);
      expect(headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    });

    it('tells nobody else whether a credential is good, nor by its work', async () => {
      const held = await (HELD['a navixy hash'] as (typeof credentials)[0][1])(app);
      const stranger = new ServiceClient(app, `csk_${'a'.repeat(43)}`);
      const answers = await Promise.all([held.token, token].map((shown) => stranger.introspect(shown)));
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    });

    it('is written down as used once a day, and not at every call', async () => {
      const caller = new ServiceClient(app, await app.serviceKey({ name: 'daily', lifeSeconds: 3 * 86_400 }));
      const written = () =>
        app.rows<{ day: string; version: string }>(
          sql`SELECT last_used_on::text AS day, xmin::text AS version FROM service_keys WHERE name = 'daily'`,
        );
      await caller.introspect(token);
      const [first] = await written();
      expect(first?.day).toBe(app.clock.now().toISOString().slice(0, 10));
      await caller.introspect(token);
      expect(await written()).toEqual([first]);
      app.clock.advanceSeconds(86_400);
      await caller.introspect(token);
      expect((await written())[0]?.day).toBe(app.clock.now().toISOString().slice(0, 10));
    });

    it('rests as its hash alone', async () => {
      const key = await app.serviceKey();
      const rows = await app.rows<{ row: string }>(sql`SELECT k::text AS row FROM service_keys k`);
      expect(rows.filter(({ row }) => row.includes(key.slice(4)))).toEqual([]);
    });
  });

  describe('refuses what is no request of its form', () => {
    it.each<[string, string, string]>([
      ['JSON', 'application/json', '{"token":"x"}'],
      ['no token', 'application/x-www-form-urlencoded', 'token_type_hint=x'],
      ['two tokens', 'application/x-www-form-urlencoded', 'token=x&token=y'],
      ['two hints', 'application/x-www-form-urlencoded', 'token=x&token_type_hint=a&token_type_hint=b'],
    ])('%s', async (_, type, body) => {
      const Authorization = `Bearer ${await app.serviceKey()}`;
      const answer = await service.send({ headers: { Authorization, 'Content-Type': type }, body });
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    });
  });
});
