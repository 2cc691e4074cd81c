import { createPublicKey, verify as verifySignature, type JsonWebKey } from 'node:crypto';
import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

const EMPTY = { signin_attempts: [], signins: [], signup_attempts: [], active_signin: null };

describe('the browser session of wacht clients', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      CORS_ORIGINS: 'https://app.example.com',
    });
  });
  afterAll(() => app.stop());

  async function person() {
    const email = `browser${(people += 1)}@example.com`;
    return { email, id: (await app.createAccount({ email, secondFactor: 'none' })).id };
  }

  async function signedIn(count = 1) {
    const client = new WachtClient(app);
    const persons = [];
    for (let i = 0; i < count; i += 1) {
      const one = await person();
      persons.push(one);
      app.clock.advanceSeconds(1);
      await client.signInWithPassword(one.email);
    }
    return { client, persons, session: (await client.session()).body.session };
  }

  describe('GET /session', () => {
    it('makes a session and its cookie on the first request, and none on the next', async () => {
      const client = new WachtClient(app);
      const first = await client.session();
      expect(first.body).toEqual({ status: 200, message: '', data: EMPTY, session: EMPTY, errors: [] });
      expect(first.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^__session=[\w-]{43};.*HttpOnly; SameSite=Lax$/),
      ]);
      expect((await client.session()).headers.getSetCookie()).toEqual([]);
    });

    it.each([
      '__session=' + 'A'.repeat(43),
      '__session=short',
      '__session=',
      'other=1',
      '__session=%00; a=b',
    ])('answers the unknown cookie %j with a fresh session', async (cookie) => {
      const client = new WachtClient(app);
      client.cookie = cookie;
      const answer = await client.session();
      expect(answer.status).toBe(200);
      expect(answer.headers.getSetCookie()).toHaveLength(1);
    });

    it('rolls on with use, and ends when it was not used for a day', async () => {
      const { client } = await signedIn();
      for (let day = 0; day < 3; day += 1) {
        app.clock.advanceSeconds(86_399);
        expect((await client.session()).body.session.signins).toHaveLength(1);
      }
      app.clock.advanceSeconds(86_400);
      expect((await client.session()).body.session).toEqual(EMPTY);
    });

    it('forgets a sign-in whose account was disabled or whose session an operator ended', async () => {
      const { client, persons } = await signedIn(2);
      await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${persons[0]?.id}`);
      await app.rows(
        sql`UPDATE sessions SET ended_at = ${app.clock.now()}, end_reason = 'revoked' WHERE account_id = ${persons[1]?.id}`,
      );
      expect((await client.session()).body.session).toMatchObject({ signins: [], active_signin: null });
    });

    it('gives a request that was on its way when the cookie was rotated nothing, and no cookie that would replace the new one', async () => {
      const client = new WachtClient(app);
      await client.session();
      const late = client.copy();
      await client.signInWithPassword((await person()).email);
      const answer = await late.session();
      expect(answer.body.session).toEqual(EMPTY);
      expect(answer.headers.getSetCookie()).toEqual([]);
      app.clock.advanceSeconds(10);
      expect((await late.session()).headers.getSetCookie()).toHaveLength(1);
    });
  });

  describe('POST /session/sign-out', () => {
    it('ends the named sign-in and leaves the others', async () => {
      const { client, session } = await signedIn(2);
      const [first, second] = session.signins;
      const answer = await client.post(`/session/sign-out?sign_in_id=${first?.id}`);
      expect(answer.body.data).toMatchObject({ signins: [second], active_signin: second });
    });

    it('ends the active one when none is named, with no body and with an empty multipart one', async () => {
      for (const init of [{}, { body: new FormData() }]) {
        const { client, session } = await signedIn(2);
        const answer = await client.send('/session/sign-out', init);
        expect(answer).toMatchObject({
          status: 200,
          body: { session: { signins: [session.signins[0]], active_signin: null } },
        });
        expect((await client.get('/session/token')).status).toBe(401);
      }
    });

    it.each([
      ['as JSON', { body: '{"all_sessions":true}', headers: { 'Content-Type': 'application/json' } }],
      ['as a form', { body: new URLSearchParams({ all_sessions: 'true' }) }],
    ])('ends all of them, %s', async (_, init) => {
      const { client } = await signedIn(2);
      expect((await client.send('/session/sign-out', init)).body.session).toMatchObject({
        signins: [],
        active_signin: null,
      });
      expect((await client.session()).body.session.signins).toEqual([]);
    });

    it('abuse: does not end the sign-in of another browser', async () => {
      const { client, session } = await signedIn();
      const stranger = (await signedIn()).client;
      const answer = await stranger.post(`/session/sign-out?sign_in_id=${session.signins[0]?.id}`);
      expect(answer).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' });
      expect((await client.session()).body.session.signins).toHaveLength(1);
      expect((await stranger.session()).body.session.signins).toHaveLength(1);
    });
  });

  describe('POST /session/switch-sign-in', () => {
    it('makes the named sign-in the active one, named in the query or the body', async () => {
      const { client, session } = await signedIn(2);
      const [first, second] = session.signins;
      expect(
        (await client.post(`/session/switch-sign-in?sign_in_id=${first?.id}`)).body.session.active_signin,
      ).toEqual(first);
      expect(
        (await client.post('/session/switch-sign-in', { sign_in_id: second?.id })).body.data.active_signin,
      ).toEqual(second);
    });

    it('abuse: does not switch to the sign-in of another browser, nor to one that has ended', async () => {
      const { client, session } = await signedIn();
      const other = await signedIn(2);
      const to = (id?: string) => client.post('/session/switch-sign-in', { sign_in_id: id });
      expect(await to(other.session.signins[0]?.id)).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' });
      expect((await to()).code).toBe('VALIDATION_ERROR');
      await client.post('/session/sign-out');
      expect((await to(session.signins[0]?.id)).code).toBe('VALIDATION_ERROR');
    });
  });

  describe('GET /session/token', () => {
    it('is an ES256 token of the active sign-in that the published keys verify', async () => {
      const { client, session } = await signedIn();
      const { data } = (await client.get('/session/token')).body;
      expect(data.expires - app.clock.now().getTime()).toBe(900_000);
      expect(new Date(data.expires_at).getTime()).toBe(data.expires);
      const [head, body, signature] = (data.token as string).split('.') as [string, string, string];
      const decode = (part: string) =>
        JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
      const { kid, alg } = decode(head);
      expect(alg).toBe('ES256');
      const active = session.active_signin;
      expect(decode(body)).toMatchObject({
        sub: active?.user_id,
        sid: active?.id,
        amr: ['pwd'],
        exp: data.expires / 1000,
      });
      const jwks = (await (await fetch(`${app.url}/.well-known/jwks.json`)).json()) as {
        keys: (JsonWebKey & { kid: string })[];
      };
      const jwk = jwks.keys.find((key) => key.kid === kid) as JsonWebKey;
      const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
      expect(
        verifySignature('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')),
      ).toBe(true);
    });

    it('is 401 NOT_AUTHENTICATED without a sign-in, and while a second factor is missing', async () => {
      expect(await new WachtClient(app).get('/session/token')).toMatchObject({
        status: 401,
        code: 'NOT_AUTHENTICATED',
      });
      const email = `browser${(people += 1)}@example.com`;
      await app.createAccount({ email, secondFactor: 'email' });
      const client = new WachtClient(app);
      await client.signInWithPassword(email);
      expect((await client.get('/session/token')).status).toBe(401);
    });
  });

  it('is given to browsers of configured origins, with credentials, and to no other', async () => {
    const from = (Origin: string) => new WachtClient(app, { Origin }).session();
    const ours = (await from('https://app.example.com')).headers;
    expect(ours.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(ours.get('access-control-allow-credentials')).toBe('true');
    expect((await from('https://evil.example.com')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is Secure where the service is reached over https', async () => {
    const secure = await TestApp.start({ PUBLIC_URL: 'https://auth.example.com' });
    const [cookie] = (await new WachtClient(secure).session()).headers.getSetCookie();
    expect(cookie).toMatch(/^__session=.*; HttpOnly; Secure; SameSite=Lax$/);
    await secure.stop();
  });

  it('in staging mode travels in the query and a header, and never in a cookie', async () => {
    const staging = await TestApp.start({ WACHT_STAGING: 'true' });
    const client = new WachtClient(staging);
    const first = await client.session();
    expect(first.headers.getSetCookie()).toEqual([]);
    const token = first.headers.get('x-development-session') as string;
    const again = await client.get(`/session?__dev_session__=${token}`);
    expect(again.headers.get('x-development-session')).toBeNull();
    expect((await client.get('/deployment')).body.data.mode).toBe('staging');
    await staging.createAccount({ email: 's@example.com', secondFactor: 'none' });
    const signIn = await client.post(`/auth/signin?__dev_session__=${token}`, {
      strategy: 'plain_email',
      email: 's@example.com',
      password: 'correct horse battery',
    });
    const rotated = signIn.headers.get('x-development-session');
    expect(rotated).toMatch(/^[\w-]{43}$/);
    expect((await client.get(`/session?__dev_session__=${rotated}`)).body.session.signins).toHaveLength(1);
    expect((await client.get(`/session?__dev_session__=${token}`)).body.session.signins).toEqual([]);
    await staging.stop();
  });

  it('is not read from the query outside staging mode', async () => {
    const { client } = await signedIn();
    const token = client.cookie?.split('=')[1];
    expect(
      (await new WachtClient(app).get(`/session?__dev_session__=${token}`)).body.session.signins,
    ).toEqual([]);
  });

  describe('GET /deployment', () => {
    it('works without a cookie, makes no session, and tells what a client needs to draw its forms', async () => {
      const answer = await new WachtClient(app).get('/deployment');
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.body).toMatchObject({ status: 200, message: '', errors: [], session: EMPTY });
      expect(answer.body.data).toMatchObject({
        mode: 'production',
        auth_settings: {
          strategies: expect.arrayContaining(['email_otp']),
          code_length: 6,
          resend_wait_seconds: 60,
        },
        ui_settings: expect.any(Object),
        social_connections: [],
      });
      const { client } = await signedIn();
      expect((await client.get('/deployment')).body.session.signins).toHaveLength(1);
    });
  });
});
