import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { AT_HOME } from '../support/dfns-people.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { WachtPasskeys } from '../support/wacht-passkeys.js';

const FRESH_SECONDS = 900;

describe('the passkeys of who is signed in with a wacht client', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
  });
  afterAll(() => app.stop());

  async function signedIn(secondFactor: 'none' | 'totp' = 'none') {
    const email = `keeper${(people += 1)}@example.com`;
    const { id, uuid, otpauthUri } = await app.createAccount({ email, secondFactor });
    const client = new WachtClient(app);
    const { id: attempt } = await client.signInWithPassword(email);
    if (otpauthUri) await client.verify(attempt, new Authenticator(app, otpauthUri).code());
    return { email, id, uuid, client, passkeys: new WachtPasskeys(client) };
  }
  const kept = (id: string) =>
    app.rows(sql`SELECT credential_id FROM credentials WHERE account_id = ${id} AND revoked_at IS NULL`);

  it('offers options for this account, with the passkeys it has', async () => {
    const { client, email, uuid, passkeys } = await signedIn();
    const key = await passkeys.add();
    const { body } = await client.post('/me/passkeys/register/begin');
    expect(body.data.options.publicKey).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      timeout: expect.any(Number),
      rp: { id: 'localhost', name: 'localhost' },
      user: { id: Buffer.from(uuid).toString('base64url'), name: email, displayName: email },
      pubKeyCredParams: expect.arrayContaining([{ type: 'public-key', alg: -7 }]),
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
      excludeCredentials: [{ type: 'public-key', id: key.credId }],
    });
  });

  it('takes one, lists it, renames it, takes it away, and tells the owner of both', async () => {
    const { client, email, passkeys, id } = await signedIn();
    await passkeys.add('My phone');
    expect((await app.mailbox.newest(email)).subject).toContain('new passkey');
    const [listed] = (await client.get('/me/passkeys')).body.data;
    expect(listed).toEqual({ id: expect.any(String), name: 'My phone', created_at: '2026-01-15T12:00:00Z' });
    expect((await client.get('/me')).body.data.has_passkeys).toBe(true);
    const renamed = await client.send(`/me/passkeys/${listed.id}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'Old phone' }),
    });
    expect(renamed.body.data).toEqual({ ...listed, name: 'Old phone' });
    const before = app.mailbox.count(email);
    expect((await client.post(`/me/passkeys/${listed.id}/delete`)).body.data).toEqual({ success: true });
    expect((await app.mailbox.newest(email, before + 1)).subject).toContain('removed');
    expect((await client.get('/me/passkeys')).body.data).toEqual([]);
    expect(await kept(id)).toEqual([]);
    expect((await client.send(`/me/passkeys/${listed.id}`, { method: 'DELETE' })).code).toBe(
      'VALIDATION_ERROR',
    );
  });

  it('takes a form with a field for each as well', async () => {
    const { client, passkeys } = await signedIn();
    const challenge = await passkeys.registrationChallenge();
    const { credId, clientData, attestationData } = new SoftwareAuthenticator().create(
      Buffer.from(challenge, 'base64url'),
    ).credentialInfo;
    const form = new FormData();
    const fields = { id: credId, clientDataJSON: clientData, attestationObject: attestationData };
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    const taken = await client.send('/me/passkeys/register/finish?name=Key', { body: form });
    expect(taken.body.data).toMatchObject({ name: 'Key' });
  });

  it.each(['none', 'totp'] as const)(
    'needs a proof of the last 15 minutes to begin and to finish, with the second factor %s',
    async (factor) => {
      const { client, passkeys, id } = await signedIn(factor);
      app.clock.advanceSeconds(FRESH_SECONDS - 1);
      const challenge = await passkeys.registrationChallenge();
      app.clock.advanceSeconds(1);
      expect((await client.post('/me/passkeys/register/begin')).code).toBe('FORBIDDEN');
      expect((await passkeys.register(challenge, new SoftwareAuthenticator())).code).toBe(
        'INVALID_CREDENTIALS',
      );
      expect(await kept(id)).toEqual([]);
      app.clock.advanceSeconds(-1);
      expect((await passkeys.register(challenge, new SoftwareAuthenticator())).status).toBe(200);
    },
  );

  it('needs a fresh proof to take one away', async () => {
    const { client, passkeys } = await signedIn();
    await passkeys.add();
    const [{ id }] = (await client.get('/me/passkeys')).body.data;
    app.clock.advanceSeconds(FRESH_SECONDS);
    expect((await client.post(`/me/passkeys/${id}/delete`)).code).toBe('FORBIDDEN');
  });

  describe('of an account that nothing else opens', () => {
    /** As if it had a user name alone, and its password were gone: an operator may make such an account, no client can. */
    async function keyed(count: number) {
      const { client, passkeys, id } = await signedIn();
      for (let number = 0; number < count; number += 1) await passkeys.add();
      await app.rows(sql`UPDATE accounts SET email = NULL, username = ${`keyed${id}`}, password_hash = NULL
        WHERE id = ${id}::bigint RETURNING id`);
      const listed: { id: string }[] = (await client.get('/me/passkeys')).body.data;
      const remove = (each: { id: string }) => client.copy().post(`/me/passkeys/${each.id}/delete`);
      return { listed, remove, kept: async () => (await kept(id)).length };
    }

    it('the last one stays', async () => {
      const { listed, remove, kept } = await keyed(2);
      expect((await remove(listed[0] as { id: string })).status).toBe(200);
      expect(await remove(listed[0] as { id: string })).toMatchObject({
        status: 400,
        code: 'VALIDATION_ERROR',
      });
      expect(await remove(listed[1] as { id: string })).toMatchObject({ status: 403 });
      expect(await kept()).toBe(1);
    });

    it('abuse: of those that are taken away at once one stays', async () => {
      const { listed, remove, kept } = await keyed(4);
      const statuses = (await Promise.all(listed.map(remove))).map(({ status }) => status);
      expect(statuses.sort()).toEqual([200, 200, 200, 403]);
      expect(await kept()).toBe(1);
    });
  });

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another ceremony', { type: 'webauthn.get' }],
  ])('abuse: refuses what was made for %s', async (_, changes) => {
    const { passkeys, id } = await signedIn();
    const challenge = await passkeys.registrationChallenge();
    const refused = await passkeys.register(challenge, new SoftwareAuthenticator(), changes);
    expect(refused).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' });
    expect(await kept(id)).toEqual([]);
  });

  it("abuse: a challenge is good once, in its own sign-in, for its life, and another's passkey is nobody's key", async () => {
    const one = await signedIn();
    const other = await signedIn();
    const challenge = await one.passkeys.registrationChallenge();
    expect((await other.passkeys.register(challenge, new SoftwareAuthenticator())).code).toBe(
      'INVALID_CREDENTIALS',
    );
    const key = new SoftwareAuthenticator();
    expect((await one.passkeys.register(challenge, key)).status).toBe(200);
    expect((await one.passkeys.register(challenge, new SoftwareAuthenticator())).code).toBe(
      'INVALID_CREDENTIALS',
    );
    expect((await other.passkeys.register(await other.passkeys.registrationChallenge(), key)).code).toBe(
      'VALIDATION_ERROR',
    );
    const [{ id }] = (await one.client.get('/me/passkeys')).body.data;
    for (const path of [`/me/passkeys/${id}/delete`, `/me/passkeys/${id}`]) {
      const refused = await other.client.send(path, {
        method: path.endsWith('delete') ? 'POST' : 'PATCH',
        headers: { 'Content-Type': 'application/json' },
        body: '{"name":"mine"}',
      });
      expect(refused.code).toBe('VALIDATION_ERROR');
    }
    expect(await kept(one.id)).toHaveLength(1);
    expect(await kept(other.id)).toEqual([]);
  });

  it('abuse: of 16 passkeys for one challenge one is taken', async () => {
    const { passkeys, id } = await signedIn();
    const challenge = await passkeys.registrationChallenge();
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => passkeys.register(challenge, new SoftwareAuthenticator())),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await kept(id)).toHaveLength(1);
  });

  it('abuse: who only knows the password of an account with a second factor adds none', async () => {
    const { email } = await signedIn('totp');
    const waiting = new WachtClient(app);
    await waiting.signInWithPassword(email);
    expect((await waiting.post('/me/passkeys/register/begin')).code).toBe('NOT_AUTHENTICATED');
    expect((await waiting.get('/me/passkeys')).code).toBe('NOT_AUTHENTICATED');
  });
});
