import { pbkdf2Sync } from 'node:crypto';
import { sql } from '@app/database';
import { BCRYPT, ImportFiles, ndjson } from '../support/import-files.js';

const base64 = (bytes: Buffer) => bytes.toString('base64');
const PROVIDERS = JSON.stringify([{ name: 'acme', issuer: 'https://id.example.com', clientId: 'c' }]);

describe('account import of what other systems export', () => {
  let people: ImportFiles;

  beforeAll(async () => {
    people = await ImportFiles.start();
  });
  afterAll(() => people.stop());

  /** Brings them along; answers why others were not. */
  async function bring(format: string, content: string, ...options: string[]): Promise<string[]> {
    const args = [
      'account',
      'import',
      people.write(content),
      '--format',
      format,
      '--apply',
      '--json',
      ...options,
    ];
    const { out, err } = await people.cli.run(args, '', { OIDC_PROVIDERS: PROVIDERS });
    expect(err).toBe('');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { reason?: string });
    return lines.flatMap(({ reason }) => reason ?? []);
  }
  const identitiesOf = (externalId: string) =>
    people.cli.rows(sql`
      SELECT i.provider, i.issuer, i.subject FROM external_identities i JOIN imported_accounts m USING (account_id)
      WHERE m.external_id = ${externalId}`);
  const keysOf = (externalId: string) =>
    people.cli.rows(sql`
      SELECT c.credential_id, c.public_key, c.sign_count FROM credentials c JOIN imported_accounts m USING (account_id)
      WHERE m.external_id = ${externalId}`);

  it('Keycloak: a realm with its users', async () => {
    const password = (algorithm: string, hashIterations: number, additionalParameters = {}) => ({
      type: 'password',
      secretData: JSON.stringify({ value: base64(Buffer.alloc(32, 1)), salt: base64(Buffer.alloc(16, 2)) }),
      credentialData: JSON.stringify({ hashIterations, algorithm, additionalParameters }),
    });
    const otp = {
      type: 'otp',
      secretData: JSON.stringify({ value: 'twentycharactersofit' }),
      credentialData: JSON.stringify({
        subType: 'totp',
        digits: 6,
        counter: 0,
        period: 30,
        algorithm: 'HmacSHA1',
      }),
    };
    const passkey = {
      type: 'webauthn-passwordless',
      userLabel: 'phone',
      secretData: '{}',
      credentialData: JSON.stringify({
        credentialId: '+/8=',
        counter: 3,
        credentialPublicKey: 'pQECAyYgASFY',
      }),
    };
    const user = (id: string, more: object) => ({
      ...{
        id: `kc-${id}`,
        username: `kc-${id}`,
        email: `kc-${id}@example.com`,
        emailVerified: true,
        enabled: true,
      },
      ...{ createdTimestamp: 1_600_000_000_000, requiredActions: [], ...more },
    });
    const argon = {
      hashLength: ['32'],
      memory: ['7168'],
      type: ['id'],
      version: ['1.3'],
      parallelism: ['1'],
    };
    const realm = {
      realm: 'acme',
      roles: { realm: [{ name: 'users', composite: false }] },
      users: [
        user('1', {
          credentials: [password('pbkdf2-sha512', 210_000), otp, passkey],
          attributes: { locale: ['de'] },
        }),
        user('2', { credentials: [password('argon2', 5, argon)], enabled: false }),
        user('3', { federatedIdentities: [{ identityProvider: 'acme', userId: 's-3', userName: 'x' }] }),
        user('4', { credentials: [password('bcrypt', 10)] }),
        user('5', { federatedIdentities: [{ identityProvider: 'github', userId: '5', userName: 'x' }] }),
      ],
      scopeMappings: [],
    };
    expect(await bring('keycloak', JSON.stringify(realm, null, 2))).toEqual([
      'credentials: its password is hashed in a way that is not known here',
      'identities: OIDC_PROVIDERS names no provider "github"',
    ]);
    expect(await people.account('kc-1')).toMatchObject({
      password_hash: `$pbkdf2-sha512$i=210000$${base64(Buffer.alloc(16, 2))}$${base64(Buffer.alloc(32, 1))}`,
      ...{ language: 'de', second_factor: 'totp', username: 'kc-1', created_at: new Date(1_600_000_000_000) },
    });
    expect(await keysOf('kc-1')).toEqual([
      { credential_id: '-_8', public_key: 'pQECAyYgASFY', sign_count: '3' },
    ]);
    expect(await people.account('kc-2')).toMatchObject({
      password_hash: expect.stringMatching(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$[^=$]+\$[^=$]+$/),
      disabled_at: expect.any(Date),
    });
    expect(await identitiesOf('kc-3')).toEqual([
      { provider: 'acme', issuer: 'https://id.example.com', subject: 's-3' },
    ]);
    const without = { ...realm, users: [realm.users[4]] };
    expect(await bring('keycloak', JSON.stringify(without), '--leave-out', 'GitHub')).toEqual([]);
    expect(await identitiesOf('kc-5')).toEqual([]);
  });

  it('Firebase: users, with the hash parameters of the project', async () => {
    const parameters = people.write(
      'hash_config {\n  algorithm: SCRYPT,\n  base64_signer_key: c2lnbmVy,\n  base64_salt_separator: Bw==,\n  rounds: 8,\n  mem_cost: 14,\n}',
    );
    const users = [
      {
        ...{ localId: 'fb-1', email: 'fb1@example.com', emailVerified: false, createdAt: '1600000000000' },
        ...{ passwordHash: base64(Buffer.alloc(64, 1)), salt: 'c2FsdA==', phoneNumber: '+442079460001' },
        providerUserInfo: [
          { providerId: 'google.com', rawId: 'g-1' },
          { providerId: 'password', rawId: 'fb1@example.com' },
        ],
      },
      { localId: 'fb-2', phoneNumber: '+442079460002', mfaInfo: [{ phoneInfo: '+442079460003' }] },
      { localId: 'fb-3', email: 'fb3@example.com', emailVerified: true, mfaInfo: [{ totpInfo: {} }] },
    ];
    const content = JSON.stringify({ users });
    expect((await bring('firebase', content))[0]).toMatch(/--hash-config/);
    expect(await bring('firebase', content, '--hash-config', parameters)).toEqual([
      'secondFactor: its phone is another one than the phone of the person',
      'secondFactor: the export has no secret of the authenticator',
    ]);
    expect(await people.account('fb-1')).toMatchObject({
      password_hash: `$firebase-scrypt$ln=14,r=8$c2FsdA==$Bw==$c2lnbmVy$${base64(Buffer.alloc(64, 1))}`,
      ...{ activated_at: null, phone: '+442079460001', phone_signs_in: true },
    });
    expect(await identitiesOf('fb-1')).toEqual([
      { provider: 'google', issuer: 'https://accounts.google.com', subject: 'g-1' },
    ]);
  });

  it('Auth0: users, with the hashes of a file of their own', async () => {
    const hashes = people.write(
      ndjson({ _id: { $oid: 'a1' }, email: 'a1@example.com', passwordHash: BCRYPT }),
    );
    const users = ndjson(
      {
        ...{
          user_id: 'auth0|a1',
          email: 'a1@example.com',
          email_verified: true,
          created_at: '2024-01-02T03:04:05.678Z',
        },
        ...{ given_name: 'Ada', identities: [{ provider: 'auth0', user_id: 'a1', connection: 'x' }] },
      },
      {
        ...{ user_id: 'google-oauth2|7', email: 'a2@example.com', email_verified: true, blocked: true },
        identities: [{ provider: 'google-oauth2', user_id: 7, connection: 'google-oauth2' }],
      },
    );
    expect(await bring('auth0', users, '--hashes', hashes)).toEqual([]);
    expect(await people.account('auth0|a1')).toMatchObject({ password_hash: BCRYPT, first_name: 'Ada' });
    expect(await people.account('google-oauth2|7')).toMatchObject({ disabled_at: expect.any(Date) });
    expect(await identitiesOf('google-oauth2|7')).toEqual([expect.objectContaining({ subject: '7' })]);
  });

  it('supabase/auth: rows of its tables, as lines and as CSV', async () => {
    const row = {
      ...{ id: 'sb-1', email: 'sb1@example.com', encrypted_password: BCRYPT, phone: '442079460004' },
      ...{ email_confirmed_at: '2024-01-02 03:04:05.678+00', phone_confirmed_at: null, is_anonymous: false },
      ...{ created_at: '2024-01-02 03:04:05.678+00', banned_until: '2024-02-01 00:00:00+00' },
      factors: [{ factor_type: 'totp', status: 'verified', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }],
      identities: [
        { provider: 'apple', provider_id: 'ap-1' },
        { provider: 'email', provider_id: 'x' },
      ],
    };
    const anonymous = { id: 'sb-2', is_anonymous: true };
    expect(await bring('supabase', ndjson(row, anonymous))).toEqual([
      'it is anonymous: nobody could sign in to it',
    ]);
    expect(await people.account('sb-1')).toMatchObject({
      ...{ password_hash: BCRYPT, phone: '+442079460004', phone_signs_in: false, second_factor: 'totp' },
      ...{ created_at: new Date('2024-01-02T03:04:05.678Z'), disabled_at: null },
    });
    const csv = `id,email,encrypted_password,email_confirmed_at,banned_until\nsb-3,sb3@example.com,${BCRYPT},,2999-01-01 00:00:00+00\n`;
    expect(await bring('supabase', csv)).toEqual([]);
    expect(await people.account('sb-3')).toMatchObject({ activated_at: null, disabled_at: expect.any(Date) });
  });

  it('Ory Kratos: identities with their credentials', async () => {
    const identity = (id: string, credentials: object, more = {}) => ({
      ...{ id: `or-${id}`, state: 'active', traits: { email: `or${id}@example.com`, name: { first: 'x' } } },
      verifiable_addresses: [{ value: `or${id}@example.com`, via: 'email', verified: true }],
      ...{ credentials, ...more },
    });
    const password = (hashed_password: string) => ({ type: 'password', config: { hashed_password } });
    const derived = base64(pbkdf2Sync('x', 'salt', 1, 32, 'sha256')).replaceAll('=', '');
    const identities = [
      identity('1', {
        password: password(`$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHQ$${derived}`),
        totp: { config: { totp_url: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=x' } },
        lookup_secret: {
          config: { recovery_codes: [{ code: 'abcdefgh', used_at: '0001-01-01T00:00:00Z' }] },
        },
        webauthn: {
          config: {
            credentials: [{ id: '+/4=', public_key: 'pQECAyYgASFY', authenticator: { sign_count: 2 } }],
          },
        },
      }),
      identity(
        '2',
        { password: password(`$scrypt$ln=16384,r=8,p=1$c2FsdA==$${derived}=`) },
        { state: 'inactive' },
      ),
      identity('3', { password: password('$md5-crypt$salt$x') }),
      identity('4', { oidc: { config: { providers: [{ provider: 'acme', subject: 's-4' }] } } }),
    ];
    expect(await bring('kratos', JSON.stringify(identities))).toEqual([
      'passwordHash: the hash has no form that is known here',
    ]);
    expect(await people.account('or-1')).toMatchObject({
      ...{ password_hash: `$pbkdf2-sha256$i=1000$c2FsdHNhbHQ$${derived}`, second_factor: 'totp' },
      activated_at: expect.any(Date),
    });
    expect(await keysOf('or-1')).toEqual([
      { credential_id: '-_4', public_key: 'pQECAyYgASFY', sign_count: '2' },
    ]);
    expect(await people.account('or-2')).toMatchObject({
      password_hash: `$scrypt$ln=14,r=8,p=1$c2FsdA$${derived}`,
      disabled_at: expect.any(Date),
    });
    expect(await identitiesOf('or-4')).toEqual([expect.objectContaining({ subject: 's-4' })]);
    expect(await bring('kratos', ndjson(identity('5', {})))).toEqual([]);
  });
});
