import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './read-config.js';
import { SECRETS } from './secret-files.js';
import { KEY, PRODUCTION, problemsOf, refused } from '../../../test/support/config-problems.js';

describe('what is safe, variable by variable', () => {
  it.each([
    ['PUBLIC_URL', 'HTTP://auth.example.com', ['https://auth.example.com', 'HTTPS://auth.example.com/a/']],
    ['PUBLIC_URL', 'https://user@auth.example.com', ['https://auth.example.com:8443']],
    ['PUBLIC_URL', 'https://auth.example.com/?a=b', ['https://auth.example.com/a']],
    ['PUBLIC_URL', 'https://auth.example.com/#a', ['https://auth.example.com/']],
    ['PASSWORD_RESET_URL', 'Http://app.example.com/reset', ['https://app.example.com/reset']],
    ['DOCSPACE_CONFIRM_URL', 'HTTP://app.example.com/confirm', ['https://app.example.com/confirm']],
    ['HCAPTCHA_VERIFY_URL', 'HTTP://captcha.example.com', ['https://captcha.example.com']],
    ['TRUSTED_PROXIES', '0.0.0.0/0', ['10.0.0.0/8', '192.0.2.1', 'loopback']],
    ['TRUSTED_PROXIES', '10.0.0.1, 0.0.0.0/7', ['10.0.0.1, 11.0.0.0/8']],
    ['TRUSTED_PROXIES', '::/0', ['fc00::/7', '2001:db8::1']],
    ['TRUSTED_PROXIES', 'fc00::/6', ['fd00::/8']],
    ['WEBAUTHN_RP_ID', 'com', ['example.com', 'auth.example.com']],
    ['WEBAUTHN_RP_ID', 'other.example', ['example.com']],
    ['WEBAUTHN_RP_ID', 'th.example.com', ['auth.example.com']],
    ['COUNTERSIGN_KEYS', `k1:${Buffer.alloc(32).toString('base64')}`, [KEY]],
    ['ACCOUNT_WRONG_CODES_SECONDS', '3599', ['3600']],
    ['ACCOUNT_WRONG_CODES_SECONDS', '1', ['86400']],
    [
      'DATABASE_URL',
      'postgres://db/auth',
      [
        'postgres://db/auth?sslmode=disable',
        'postgres://localhost/auth',
        'postgres://127.0.0.1:5432/auth',
        'postgres://[::1]/auth',
        'postgres:///auth?host=/run/postgresql',
      ],
    ],
  ])('%s may not be %s in production', (variable, bad, good) => {
    expect(refused({ ...PRODUCTION, [variable]: bad })).toEqual([variable]);
    for (const value of good) expect(problemsOf({ ...PRODUCTION, [variable]: value })).toEqual([]);
  });

  it('a relying party is above every web origin that has passkeys', () => {
    const env = { ...PRODUCTION, WEBAUTHN_RP_ID: 'example.com' };
    expect(refused({ ...env, CORS_ORIGINS: 'https://app.example.com,capacitor://localhost' })).toEqual([]);
    expect(refused({ ...env, CORS_ORIGINS: 'https://app.example.org' })).toEqual(['WEBAUTHN_RP_ID']);
  });

  // The page's host is below all of these, so that nothing but the list of public suffixes tells them apart.
  it.each([
    ['co.uk', 'auth.example.co.uk', 'example.co.uk'],
    ['github.io', 'auth.example.github.io', 'example.github.io'],
    ['s3.amazonaws.com', 'auth.s3.amazonaws.com', 'auth.s3.amazonaws.com'],
    // A rule of the list with a star, and an exception from it.
    ['anything.ck', 'auth.example.anything.ck', 'example.anything.ck'],
    ['ck', 'auth.www.ck', 'www.ck'],
    // What no list knows is one label.
    ['internal', 'auth.example.internal', 'example.internal'],
  ])('a relying party is not %s, below which anybody can have a name', (suffix, host, own) => {
    const env = { ...PRODUCTION, PUBLIC_URL: `https://${host}` };
    expect(refused({ ...env, WEBAUTHN_RP_ID: suffix })).toEqual(['WEBAUTHN_RP_ID']);
    expect(refused({ ...env, WEBAUTHN_RP_ID: own })).toEqual([]);
  });

  it.each(['EVENTS_WEBHOOK', 'MIGRATION'])('whoever %s_URL calls has to know that it is us', (name) => {
    const secret = `${name}_SECRET`;
    const env = { ...PRODUCTION, [`${name}_URL`]: 'https://a.example.com/x' };
    expect(refused(env)).toEqual([secret]);
    const keys = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    expect(refused({ ...env, [secret]: keys })).toEqual([]);
    expect(refused({ ...env, [secret]: keys, [`${name}_URL`]: 'http://a.example.com/x' })).toEqual([
      `${name}_URL`,
    ]);
  });

  it('the built-in mailbox is not opened to a network by whoever says nothing', () => {
    expect(refused({ HOST: '0.0.0.0' })).toEqual(['NODE_ENV']);
    for (const HOST of ['127.0.0.1', '::1', 'localhost']) expect(refused({ HOST })).toEqual([]);
    expect(refused({ HOST: '0.0.0.0', NODE_ENV: 'development' })).toEqual([]);
    expect(refused({ HOST: '0.0.0.0', SMTP_URL: 'smtp://mail:25' })).toEqual([]);
  });
});

describe('a secret in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-secrets-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it.each([...SECRETS])('%s is read from where its _FILE says', (name) => {
    const content = {
      ...{ COUNTERSIGN_KEYS: KEY, DATABASE_URL: 'postgres://db/auth', SMTP_URL: 'smtp://mail:25' },
      ...{ SMS_URL: 'vonage://key:secret@?from=Example', WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}` },
      ...{ OIDC_PROVIDERS: '[]', LIMITS_REDIS_URL: 'redis://cache' },
      EVENTS_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
      MIGRATION_SECRET: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
    }[name as string];
    const path = file(name, `  ${content ?? 'x'.repeat(16)}\n`);
    expect(problemsOf({ [`${name}_FILE`]: path })).toEqual([]);
    expect(refused({ [`${name}_FILE`]: path, [name]: content ?? 'x'.repeat(16) })).toEqual([`${name}_FILE`]);
  });

  it('is what the service runs with', () => {
    expect(readConfig({ COUNTERSIGN_KEYS_FILE: file('keys', `${KEY}\n`) }).keys).toBe(KEY);
  });

  it.each([
    ['is not there', () => join(folder, 'absent'), 'names a file that cannot be read (ENOENT).'],
    ['is a folder', () => folder, 'names a file that cannot be read (EISDIR).'],
    ['is empty', () => file('empty', ' \n'), 'names a file that is empty.'],
  ])('is refused when it %s', (_what, path, problem) => {
    expect(problemsOf({ SMS_WEBHOOK_SECRET_FILE: path() })).toEqual([
      { variable: 'SMS_WEBHOOK_SECRET_FILE', problem },
    ]);
  });

  it('never shows in a complaint', () => {
    const problems = problemsOf({ COUNTERSIGN_KEYS_FILE: file('bad', 'sesame') });
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('sesame');
  });
});
