import sql from 'sql-template-tag';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { IdentityProviderServer, OTHER_CLIENT, OUR_CLIENT } from '../support/identity-provider.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';

describe('POST /api/2.0/authentication by way of an identity provider', () => {
  let idp: IdentityProviderServer;
  let app: TestApp;
  let client: DocspaceClient;
  let people = 0;

  beforeAll(async () => {
    idp = await IdentityProviderServer.start();
    const providers = [
      { name: 'Acme' },
      { name: 'down', issuer: 'http://127.0.0.1:1' },
      { name: 'distrusted', linkByEmail: false },
    ].flatMap((changes) => JSON.parse(idp.environment(changes).OIDC_PROVIDERS) as object[]);
    app = await TestApp.start({
      OIDC_PROVIDERS: JSON.stringify(providers),
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
    });
    app.clock.advanceSeconds((Date.now() - app.clock.now().getTime()) / 1000);
    client = new DocspaceClient(app);
  });
  afterAll(async () => {
    await app.stop();
    await idp.stop();
  });

  /** Somebody with the same address here and there. */
  async function person({ verified = true, ...request }: Record<string, unknown> = {}) {
    const email = `person${(people += 1)}@example.com`;
    const sub = `sub-${people}`;
    idp.people.set(sub, { sub, email, email_verified: verified });
    const account = await app.createAccount({ email, secondFactor: 'none', ...request });
    return { ...account, email, sub };
  }
  const signIn = (proof: object, more: object = {}) =>
    client.call('POST', '/authentication', { provider: 'acme', ...proof, ...more });
  const WITH_ADDRESS = { claims: JSON.stringify({ id_token: { email: null, email_verified: null } }) };
  const profileOf = async (sub: string, of = OUR_CLIENT) => ({
    serializedProfile: (await idp.tokens(sub, of, WITH_ADDRESS)).id_token,
  });
  const identities = (accountId: string) =>
    app.rows<{ subject: string; provider: string }>(
      sql`SELECT subject, provider FROM external_identities WHERE account_id = ${accountId}::bigint`,
    );
  const lastEvent = async () =>
    (
      await app.rows<{ event: string; outcome: string }>(
        sql`SELECT event, outcome FROM audit_events ORDER BY id DESC LIMIT 1`,
      )
    )[0];

  describe('200', () => {
    it('signs in with an authorization code, links the identity and tells the owner', async () => {
      const { id, email, sub } = await person();
      const answer = await signIn({ codeOAuth: await idp.authorize(sub) });
      expect([answer.status, answer.body.response['sms'], answer.body.response['tfa']]).toEqual([
        200,
        false,
        false,
      ]);
      expect(await client.isGood({ Authorization: String(answer.body.response['token']) })).toBe(true);
      expect(await identities(id)).toEqual([{ subject: sub, provider: 'Acme' }]);
      expect((await app.mailbox.newest(email)).text).toContain('by way of Acme');
      const [session] = await app.rows<{ amr: { method: string }[] }>(
        sql`SELECT amr FROM sessions WHERE account_id = ${id}::bigint`,
      );
      expect(session?.amr.map(({ method }) => method)).toEqual(['fed']);
    });

    it('signs in with an ID token as serializedProfile, and with an access token', async () => {
      const { sub, email } = await person();
      expect((await signIn(await profileOf(sub))).status).toBe(200);
      const { access_token: accessToken } = await idp.tokens(sub);
      expect((await signIn({ accessToken }, { provider: 'ACME' })).status).toBe(200);
      expect(app.mailbox.count(email)).toBeLessThanOrEqual(1);
    });

    it('knows a linked person by their subject, whatever address the provider says now', async () => {
      const { id, sub } = await person();
      await signIn(await profileOf(sub));
      idp.people.set(sub, { sub, email: 'moved@example.net', email_verified: false });
      expect((await signIn(await profileOf(sub))).status).toBe(200);
      expect(await identities(id)).toHaveLength(1);
    });

    it('asks for the second factor, and takes the ID token once more with the code', async () => {
      const { sub, otpauthUri } = await person({ secondFactor: 'totp' });
      const authenticator = new Authenticator(app, String(otpauthUri));
      const profile = await profileOf(sub);
      const first = await signIn(profile);
      expect([first.body.response['tfa'], first.body.response['token']]).toEqual([true, undefined]);
      const counter = new StatementCounter(app);
      const statements = await counter.during(async () => {
        const done = await client.call('POST', `/authentication/${authenticator.code()}`, {
          provider: 'acme',
          ...profile,
        });
        expect([done.status, done.body.response['tfa']]).toEqual([200, true]);
      });
      counter.stop();
      expect(statements).toHaveLength(4);
    });

    it('finishes a sign-in that an authorization code began by the key of its step', async () => {
      const { sub, otpauthUri } = await person({ secondFactor: 'totp' });
      const first = await signIn({ codeOAuth: await idp.authorize(sub) });
      const confirm = new URL(String(first.body.response['confirmUrl'])).search.slice(1);
      const code = new Authenticator(app, String(otpauthUri)).code();
      expect((await client.call('POST', '/settings/tfaapp/validate', { code }, { confirm })).status).toBe(
        200,
      );
    });
  });

  describe('400', () => {
    it.each([
      [
        'a provider that is not configured',
        { provider: 'nobody', codeOAuth: 'x' },
        'provider is not configured',
      ],
      [
        'no proof',
        { provider: 'acme', codeOAuth: ' ' },
        'provider needs codeOAuth, serializedProfile or accessToken',
      ],
    ])('says what is wrong with %s', async (_, body, message) => {
      const answer = await client.call('POST', '/authentication', body);
      expect([answer.status, answer.body.error?.message]).toEqual([400, message]);
    });

    it('is not for the provider `email`, which means a password', async () => {
      const { email } = await person();
      expect((await client.signIn(email, undefined, { provider: 'Email' })).status).toBe(200);
    });
  });

  describe('401', () => {
    it.each([
      ['an address that the provider has not verified', { verified: false }, 'no_account'],
      ['an account whose owner has proven nothing', { unproven: true }, 'no_account'],
    ])('refuses %s', async (_, { unproven, ...request }: Record<string, unknown>, outcome) => {
      const { id, sub } = await person(request);
      if (unproven) await app.rows(sql`UPDATE accounts SET activated_at = NULL WHERE id = ${id}::bigint`);
      expect((await signIn(await profileOf(sub))).status).toBe(401);
      expect(await lastEvent()).toEqual({ event: 'identity', outcome });
    });

    it('refuses somebody who has no account, and makes none', async () => {
      idp.people.set('stranger', { sub: 'stranger', email: 'stranger@example.com', email_verified: true });
      expect((await signIn(await profileOf('stranger'))).status).toBe(401);
      expect(await app.rows(sql`SELECT FROM accounts WHERE email = 'stranger@example.com'`)).toEqual([]);
    });

    it('refuses the next owner of a mailbox: an account has one identity of an issuer', async () => {
      const { email, sub } = await person();
      await signIn(await profileOf(sub));
      idp.people.set('successor', { sub: 'successor', email, email_verified: true });
      expect((await signIn(await profileOf('successor'))).status).toBe(401);
      expect(await lastEvent()).toEqual({ event: 'identity', outcome: 'other_identity' });
    });

    it('links nobody by their address where the provider is not to be believed about it', async () => {
      const { sub } = await person();
      expect((await signIn(await profileOf(sub), { provider: 'distrusted' })).status).toBe(401);
    });
  });

  describe('403 and 503', () => {
    it('refuses a disabled account, and a mailbox as both factors', async () => {
      const shut = await person();
      await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${shut.id}::bigint`);
      expect((await signIn(await profileOf(shut.sub))).status).toBe(403);
      const mailed = await person({ secondFactor: 'email' });
      expect((await signIn(await profileOf(mailed.sub))).status).toBe(403);
      expect(await lastEvent()).toEqual({ event: 'identity', outcome: 'same_mailbox' });
      expect(await identities(mailed.id)).toEqual([]);
    });

    it('says so when the provider cannot be reached', async () => {
      const answer = await signIn({ codeOAuth: 'code' }, { provider: 'down' });
      expect([answer.status, answer.body.error?.message]).toEqual([
        503,
        'The identity provider is not available',
      ]);
    });
  });

  describe('abuse', () => {
    it('takes no token or code of another app at the same provider', async () => {
      const { sub } = await person();
      const { access_token: accessToken } = await idp.tokens(sub, OTHER_CLIENT);
      expect((await signIn({ accessToken })).status).toBe(401);
      expect((await signIn(await profileOf(sub, OTHER_CLIENT))).status).toBe(401);
      expect((await signIn({ codeOAuth: await idp.authorize(sub, OTHER_CLIENT) })).status).toBe(401);
    });

    it('takes an authorization code once', async () => {
      const { sub } = await person();
      const codeOAuth = await idp.authorize(sub);
      const answers = await Promise.all([signIn({ codeOAuth }), signIn({ codeOAuth })]);
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
      expect((await signIn({ codeOAuth })).status).toBe(401);
    });

    it('links one identity, whichever of two comes first with the same address at once', async () => {
      const { id, email, sub } = await person();
      idp.people.set(`${sub}-twin`, { sub: `${sub}-twin`, email, email_verified: true });
      const [own, twin] = await Promise.all([profileOf(sub), profileOf(`${sub}-twin`)]);
      const answers = await Promise.all([own, twin, own, twin, own, twin].map((proof) => signIn(proof)));
      const [linked] = await identities(id);
      expect(await identities(id)).toHaveLength(1);
      const winners = linked?.subject === sub ? [0, 2, 4] : [1, 3, 5];
      expect(answers.map(({ status }, index) => (status === 200) === winners.includes(index))).not.toContain(
        false,
      );
    });

    it('cannot be told what to log: no token of a provider is in the audit log', async () => {
      const { sub } = await person();
      const profile = await profileOf(sub);
      await signIn(profile);
      const rows = await app.rows(sql`SELECT t::text AS row FROM audit_events t`);
      expect(JSON.stringify(rows)).not.toContain(profile.serializedProfile);
    });
  });
});
