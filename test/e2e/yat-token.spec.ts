import { sql } from '@app/database';
import {
  createLocalJWKSet,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
  generateKeyPair,
  exportSPKI,
  importJWK,
  type JWK,
} from 'jose';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { claimsOf, YatClient } from '../support/yat-client.js';

const AUDIENCE = 'https://api.example.com';

describe('POST /auth/token', () => {
  let app: TestApp;
  let client: YatClient;
  let issuer: string;

  beforeAll(async () => {
    issuer = 'https://auth.example.com';
    app = await TestApp.start({
      YAT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      PUBLIC_URL: issuer,
      ACCESS_TOKEN_AUDIENCE: AUDIENCE,
    });
    client = new YatClient(app);
    await app.createAccount({ email: 'ada@example.com', secondFactor: 'none' });
    await app.createAccount({ username: 'ada', secondFactor: 'none' });
    await app.createAccount({ email: 'totp@example.com', secondFactor: 'totp' });
  });
  afterAll(() => app.stop());

  const keys = async () =>
    (await (await fetch(`${app.url}/.well-known/jwks.json`)).json()) as { keys: JWK[] };
  const withToken = (token: string) => client.account(token);

  it('answers both tokens and has_password, and leaves requires_2fa out', async () => {
    const { status, body, headers } = await client.signIn('ada@example.com');
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['access_token', 'has_password', 'refresh_token']);
    expect(body.has_password).toBe(true);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('takes a user name as alternate_id, and both spellings of the captcha', async () => {
    const request = {
      alternate_id: 'Ada',
      password: PASSWORD,
      'g-recaptcha-response': 'x',
      g_recaptcha_response: 'y',
    };
    expect((await client.post('/auth/token', request)).status).toBe(200);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream', undefined])(
    'reads the body as JSON when its content type is %s',
    async (type) => {
      const body = new TextEncoder().encode(JSON.stringify({ email: 'ada@example.com', password: PASSWORD }));
      const headers = type ? { 'Content-Type': type } : undefined;
      expect((await client.send('/auth/token', { body, headers })).status).toBe(200);
    },
  );

  it('minds no old Authorization header', async () => {
    const body = { email: 'ada@example.com', password: PASSWORD };
    expect((await client.post('/auth/token', body, 'a token of long ago')).status).toBe(200);
  });

  it('signs access tokens that an independent library accepts with the published keys', async () => {
    const { access_token } = (await client.signIn('ada@example.com')).body;
    const { payload, protectedHeader } = await jwtVerify(access_token, createLocalJWKSet(await keys()), {
      issuer,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      currentDate: app.clock.now(),
    });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'JWT' });
    expect(payload).toMatchObject({ scopes: ['account:read', 'account:write'], amr: ['pwd'], active2fa: 0 });
    expect((payload.exp as number) - (payload.iat as number)).toBe(900);
    expect(Object.keys(payload).sort()).toEqual(
      ['active2fa', 'amr', 'aud', 'exp', 'iat', 'iss', 'jti', 'scopes', 'sid', 'sub'].sort(),
    );
  });

  it('names the pending authenticator and gives no scope but the one to finish', async () => {
    const { body } = await client.signIn('totp@example.com');
    expect(body.requires_2fa).toBe('GoogleAuthenticator');
    expect(claimsOf(body.access_token).scopes).toEqual(['auth:twoFactor']);
  });

  it('refuses a wrong password, an unknown person and a disabled account alike', async () => {
    const { id } = await app.createAccount({ email: 'shut@example.com', secondFactor: 'none' });
    await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${id}`);
    const answers = [
      await client.signIn('ada@example.com', 'not the password'),
      await client.signIn('nobody@example.com'),
      await client.signIn('shut@example.com'),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body).toEqual({ error: 'Wrong login or password', fields: {} });
    }
  });

  it('locks a login after five wrong passwords and says for how long', async () => {
    await app.createAccount({ email: 'locked@example.com', secondFactor: 'none' });
    for (let wrong = 0; wrong < 5; wrong += 1) await client.signIn('locked@example.com', 'not the password');
    const { status, headers } = await client.signIn('locked@example.com');
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it.each([
    [{}, 422, ['password']],
    [{ password: PASSWORD }, 422, ['email']],
    [{ email: 7, password: PASSWORD }, 422, ['email']],
    [{ email: 'no address', password: PASSWORD }, 422, ['email']],
    [{ email: 'ada@example.com', password: '' }, 422, ['password']],
    [{ email: 'ada@example.com', password: 'a\u0000b' }, 422, ['password']],
    [{ email: 'ada@example.com', password: ['x'] }, 422, ['password']],
  ])('names the field of %j', async (request, status, fields) => {
    const answer = await client.post('/auth/token', request);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body.fields ?? {})).toEqual(fields);
    expect(answer.body.fields?.[fields[0] as string]?.[0]).toMatchObject({
      code: expect.any(String),
      message: expect.any(String),
    });
  });

  it.each(['{', '[]', '7', 'null', '"x"', '{"email":"a","email":"b"}'])(
    'answers 400 to the body %s',
    async (body) => {
      expect((await client.send('/auth/token', { body })).status).toBe(400);
    },
  );

  it('expires an access token on the second', async () => {
    const { access_token } = (await client.signIn('ada@example.com')).body;
    app.clock.advanceSeconds(899);
    expect((await withToken(access_token)).status).toBe(200);
    app.clock.advanceSeconds(1);
    expect((await withToken(access_token)).status).toBe(401);
  });

  it('abuse: no forged access token is accepted', async () => {
    const { access_token } = (await client.signIn('ada@example.com')).body;
    const claims = claimsOf(access_token) as Record<string, never>;
    const [key] = (await keys()).keys as [JWK];
    const kid = key.kid as string;
    const { privateKey } = await generateKeyPair('ES256');
    const publicPem = await exportSPKI((await importJWK({ ...key, alg: 'ES256' }, 'ES256')) as never);
    const now = Math.floor(app.clock.now().getTime() / 1000);
    const sign = (header: object, payload: object = claims) =>
      new SignJWT({ ...claims, ...payload })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid, ...header })
        .sign(privateKey);
    const [head, body, signature] = access_token.split('.') as [string, string, string];
    const forged = [
      new UnsecuredJWT(claims).encode(),
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid })
        .sign(new TextEncoder().encode(publicPem)),
      await sign({}),
      await sign({ kid: 'unknown' }),
      await sign({}, { iss: 'https://evil.example' }),
      await sign({}, { iat: now + 3600, exp: now + 7200 }),
      `${head}.${Buffer.from(JSON.stringify({ ...claims, scopes: ['account:write'] })).toString('base64url')}.${signature}`,
      `${head}.${body}.`,
      access_token.slice(0, -2),
      `${access_token}${'A'.repeat(9000)}`,
      'x',
    ];
    for (const token of forged) expect((await withToken(token)).status).toBe(401);
    expect((await withToken(access_token)).status).toBe(200);
  });
});
