import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from './config.js';
import { readConfig } from './read-config.js';
import { envExample } from './env-example.js';
import { loadKeyRing } from './key-file.js';
import { variables } from './variables.js';
import { KEY, PRODUCTION, problemsOf, refused } from '../../../test/support/config-problems.js';

describe('the configuration', () => {
  it('needs nothing in development', () => {
    const config = readConfig({});
    expect(config).toBeInstanceOf(Config);
    expect(config.http).toMatchObject({ port: 3000, host: '127.0.0.1', publicUrl: 'http://localhost:3000' });
    expect(config.attempts.sign_in).toEqual({ lifeSeconds: 300, tries: 5 });
  });

  it('reports every problem at once, by name and without a value', () => {
    const environment = {
      PORT: 'sesame1',
      SMTP_URL: 'sesame2',
      LOG_LEVEL: 'sesame3',
      COUNTERSIGN_KEYS: 'sesame4',
    };
    expect(refused(environment)).toEqual(expect.arrayContaining(Object.keys(environment)));
    expect(() => readConfig(environment)).toThrow(/PORT[^]*SMTP_URL/);
    expect(JSON.stringify(problemsOf(environment))).not.toContain('sesame');
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig({ PORT: ' ', SMTP_URL: '' }).http.port).toBe(3000);
  });

  it('cannot be changed once read', () => {
    const { http } = readConfig({});
    expect(() => Object.assign(http, { port: 1 })).toThrow(TypeError);
  });

  it.each([
    ['PORT', '65535', '65536'],
    ['SIGN_IN_CODE_SECONDS', '600', '601'],
    ['SIGN_IN_CODE_SECONDS', '1', '0'],
    ['SIGN_IN_CODE_TRIES_LIMIT', '10', '11'],
    ['ACCOUNT_WRONG_CODES_LIMIT', '100', '101'],
    ['PENDING_SESSION_SECONDS', '3600', '3601'],
    ['OUTBOX_LEASE_SECONDS', '60', '61'],
    ['DATABASE_POOL_SIZE', '2', '1'],
    ['OIDC_ID_TOKEN_SECONDS', '3600', '3601'],
    ['TRUSTED_PROXIES', '10.0.0.0/8, loopback, 2001:db8::/32', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '192.0.2.1', 'proxy.example.com'],
    ['CORS_ORIGINS', 'https://a.example,http://localhost:5173', 'https://a.example/path'],
    ['REDIRECT_URLS', 'https://a.example/done', 'done'],
    ['DATABASE_URL', 'postgresql://db/auth', 'mysql://db/auth'],
    ['LOG_LEVEL', 'debug', 'loud'],
  ])('%s may be %s and not %s', (variable, good, bad) => {
    expect(refused({ [variable]: good })).toEqual([]);
    expect(refused({ [variable]: bad })).toEqual([variable]);
  });

  it('wants a secret with the webhook for texts', () => {
    const SMS_WEBHOOK_URL = 'https://sms.example.com/';
    expect(refused({ SMS_WEBHOOK_URL })).toEqual(['SMS_WEBHOOK_SECRET']);
    expect(refused({ SMS_WEBHOOK_URL, SMS_WEBHOOK_SECRET: 'x'.repeat(15) })).toEqual(['SMS_WEBHOOK_SECRET']);
    expect(refused({ SMS_WEBHOOK_URL, SMS_WEBHOOK_SECRET: 'x'.repeat(16) })).toEqual([]);
  });
});

describe('the identity providers', () => {
  const GOOD = { name: 'Google', issuer: 'https://id.example.com/a', clientId: 'us' };
  const given = (...entries: unknown[]) => ({ OIDC_PROVIDERS: JSON.stringify(entries) });
  const problem = (entry: object) => problemsOf(given(entry)).map((each) => each.problem);

  it('are none by default, and those of a JSON array otherwise, which nobody can change', () => {
    expect(readConfig({}).identityProviders).toEqual({ providers: [], idTokenSeconds: 600 });
    const full = {
      ...{ name: 'own_id-2', issuer: 'http://localhost:8080/', clientId: 'us', clientSecret: 'sesame' },
      ...{ redirectUri: 'com.example.app:/back', audiences: ['ios'], linkByEmail: false },
    };
    const { providers } = readConfig(given(GOOD, full)).identityProviders;
    expect(providers).toEqual([{ ...GOOD, audiences: [], linkByEmail: true }, full]);
    for (const part of [providers, providers[0], providers[1]?.audiences])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it.each([
    ['name', '[0].name must be 1 to 32', ['a', 'A_b-3', 'x'.repeat(32)], ['', 'a b', 'ä', 'x'.repeat(33)]],
    ['name', '[0].name must not be "email"', ['e-mail'], ['email', 'EMail']],
    ['issuer', '[0].issuer must be the issuer', ['https://x', 'http://x/y/'], ['x', 'ftp://x', 'https://']],
    [
      'issuer',
      '[0].issuer must be the issuer',
      [],
      ['https://x?a', 'https://x?', 'https://x#', 'https://u:p@x'],
    ],
    ['issuer', '[0].issuer must be the issuer', [], ['https://x/.well-known/openid-configuration']],
    ['clientId', '[0].clientId must be a text', ['x'], ['', 7, null]],
    ['clientSecret', '[0].clientSecret must be a text', ['x', undefined], ['', 7, null]],
    [
      'redirectUri',
      '[0].redirectUri must be a',
      ['https://x/y?z', 'app:/y', undefined],
      ['/y', 'https://x/#y', 7],
    ],
    ['audiences', '[0].audiences', [[], ['x'], undefined], ['x', [''], [7], null]],
    ['linkByEmail', '[0].linkByEmail must be true or false', [true, undefined], ['true', 1, null]],
    ['secret', '[0] has no field secret', [undefined], ['x', null]],
  ])('may have the %s that is described, and say "%s" of any other', (field, sentence, good, bad) => {
    for (const value of good) expect(problem({ ...GOOD, [field]: value })).toEqual([]);
    for (const value of bad)
      expect(problem({ ...GOOD, [field]: value })).toEqual([expect.stringContaining(sentence)]);
  });

  it('have to be told apart, and to be an array of objects', () => {
    expect(problemsOf(given(GOOD, { ...GOOD, name: 'GOOGLE' }))).toEqual([
      { variable: 'OIDC_PROVIDERS', problem: '[1].name must differ from the names before it' },
    ]);
    for (const OIDC_PROVIDERS of ['{', '{}', 'null', '"x"'])
      expect(problemsOf({ OIDC_PROVIDERS })).toEqual([
        { variable: 'OIDC_PROVIDERS', problem: 'must be a JSON array of objects' },
      ]);
    expect(problemsOf(given(GOOD, 7))).toEqual([
      { variable: 'OIDC_PROVIDERS', problem: '[1] must be an object' },
    ]);
  });

  it('are described by all that is wrong with them, and never by a value', () => {
    const values = { name: 'se same', issuer: 'sesame', clientSecret: ['sesame'], redirectUri: 'sesame' };
    const problems = problemsOf(given(values));
    const fields = ['name', 'issuer', 'clientId', 'clientSecret', 'redirectUri'];
    expect(problems.map(({ problem }) => problem.split(' ')[0])).toEqual(
      fields.map((field) => `[0].${field}`),
    );
    expect(JSON.stringify(problems)).not.toMatch(/se ?same/);
  });

  it('are reached under https alone in production', () => {
    const plain = { ...GOOD, issuer: 'HTTP://id.example.com', redirectUri: 'http://app.example.com/back' };
    const fine = { ...GOOD, redirectUri: 'com.example.app:/back', audiences: ['http://api.example.com'] };
    expect(problemsOf({ ...PRODUCTION, ...given(fine) })).toEqual([]);
    expect(problemsOf(given(plain))).toEqual([]);
    expect(problemsOf({ ...PRODUCTION, ...given({ ...fine, name: 'a' }, plain) })).toEqual(
      ['issuer', 'redirectUri'].map((field) => ({
        variable: 'OIDC_PROVIDERS',
        problem: `[1].${field} must begin with https:// in production.`,
      })),
    );
  });
});

describe('in production', () => {
  it('starts with what it needs, and strips the slash from the public URL', () => {
    expect(readConfig(PRODUCTION).http.publicUrl).toBe('https://auth.example.com');
  });

  it.each(['DATABASE_URL', 'COUNTERSIGN_KEYS', 'SMTP_URL', 'MAIL_FROM', 'PUBLIC_URL'])(
    'refuses to start without %s',
    (name) => {
      expect(refused({ ...PRODUCTION, [name]: '' })).toEqual([name]);
    },
  );

  it.each([
    ['PUBLIC_URL', 'http://auth.example.com'],
    ['CORS_ORIGINS', 'http://app.example.com'],
    ['REDIRECT_URLS', 'http://app.example.com/done'],
  ])('refuses %s without https', (name, value) => {
    expect(refused({ ...PRODUCTION, [name]: value })).toEqual([name]);
    expect(refused({ ...PRODUCTION, NODE_ENV: 'development', [name]: value })).toEqual([]);
  });
});

describe('.env.example', () => {
  it('is what the table of variables says', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
  });

  it('gives every variable a sentence', () => {
    for (const [name, reader] of Object.entries(variables))
      expect([name, reader.description]).toEqual([name, expect.any(String)]);
  });
});

describe('the development keys', () => {
  it('are made once, kept, and readable by their owner alone', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
    const config = readConfig({ DATA_DIR: join(dataDir, 'new') });
    const first = loadKeyRing(config).mac('x', 'y');
    expect(loadKeyRing(config).mac('x', 'y')).toEqual(first);
    expect(readdirSync(config.database.dataDir)).toEqual(['keys']);
    expect(statSync(join(dataDir, 'new', 'keys')).mode & 0o777).toBe(0o600);
    rmSync(dataDir, { recursive: true });
  });

  it('are not made where keys are configured', () => {
    expect(loadKeyRing(readConfig({ COUNTERSIGN_KEYS: KEY, DATA_DIR: '/nowhere' })).mac('x').keyId).toBe(
      'k1',
    );
  });
});
