import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { Federation } from '../support/federation.js';
import { StatementCounter } from '../support/statements.js';

describe('POST /api/2.0/authentication by way of an identity provider', () => {
  let acme: Federation;

  beforeAll(async () => {
    acme = await Federation.start();
  });
  afterAll(() => acme.stop());

  const lastEvent = async () =>
    (
      await acme.app.rows<{ event: string; outcome: string }>(
        sql`SELECT event, outcome FROM audit_events ORDER BY id DESC LIMIT 1`,
      )
    )[0];

  describe('200', () => {
    it('signs in with an authorization code, links the identity and tells the owner', async () => {
      const { id, email, sub } = await acme.person();
      const answer = await acme.signIn({ codeOAuth: await acme.idp.authorize(sub) });
      expect([answer.status, answer.body.response['sms'], answer.body.response['tfa']]).toEqual([
        200,
        false,
        false,
      ]);
      expect(await acme.client.isGood({ Authorization: String(answer.body.response['token']) })).toBe(true);
      expect(await acme.identities(id)).toEqual([{ subject: sub, provider: 'Acme' }]);
      expect((await acme.app.mailbox.newest(email)).text).toContain('by way of Acme');
      const [session] = await acme.app.rows<{ amr: { method: string }[] }>(
        sql`SELECT amr FROM sessions WHERE account_id = ${id}::bigint`,
      );
      expect(session?.amr.map(({ method }) => method)).toEqual(['fed']);
    });

    it('signs in with an ID token as serializedProfile, and with an access token', async () => {
      const { sub, email } = await acme.person();
      expect((await acme.signIn(await acme.profileOf(sub))).status).toBe(200);
      const { access_token: accessToken } = await acme.idp.tokens(sub);
      expect((await acme.signIn({ accessToken }, { provider: 'ACME' })).status).toBe(200);
      expect(acme.app.mailbox.count(email)).toBeLessThanOrEqual(1);
    });

    it('knows a linked person by their subject, whatever address the provider says now', async () => {
      const { id, sub } = await acme.person();
      await acme.signIn(await acme.profileOf(sub));
      acme.idp.people.set(sub, { sub, email: 'moved@example.net', email_verified: false });
      expect((await acme.signIn(await acme.profileOf(sub))).status).toBe(200);
      expect(await acme.identities(id)).toHaveLength(1);
    });

    it.each([
      ['liv1@xn--bcher-kva.example', 'Liv1@Bücher.example'],
      ['liv2@bücher.example', 'liv2@xn--bcher-kva.example'],
      ['liv3@bücher.example', 'liv3@bücher.example'],
    ])('finds %s, as some release has stored it, by the %s of the provider', async (stored, verified) => {
      const { id, sub } = await acme.person();
      await acme.app.rows(sql`UPDATE accounts SET email = ${stored} WHERE id = ${id}::bigint`);
      acme.idp.people.set(sub, { sub, email: verified, email_verified: true });
      expect((await acme.signIn(await acme.profileOf(sub))).status).toBe(200);
      expect(await acme.identities(id)).toEqual([{ subject: sub, provider: 'Acme' }]);
    });

    it('asks for the second factor, and takes the ID token once more with the code', async () => {
      const { sub, otpauthUri } = await acme.person({ secondFactor: 'totp' });
      const authenticator = new Authenticator(acme.app, String(otpauthUri));
      const profile = await acme.profileOf(sub);
      const first = await acme.signIn(profile);
      expect([first.body.response['tfa'], first.body.response['token']]).toEqual([true, undefined]);
      const counter = new StatementCounter(acme.app);
      const statements = await counter.during(async () => {
        const done = await acme.client.call('POST', `/authentication/${authenticator.code()}`, {
          provider: 'acme',
          ...profile,
        });
        expect([done.status, done.body.response['tfa']]).toEqual([200, true]);
      });
      counter.stop();
      expect(statements).toHaveLength(4);
    });

    it('finishes a sign-in that an authorization code began by the key of its step, and links the identity', async () => {
      const { id, email, sub, otpauthUri } = await acme.person({ secondFactor: 'totp' });
      const authenticator = new Authenticator(acme.app, String(otpauthUri));
      const first = await acme.signIn({ codeOAuth: await acme.idp.authorize(sub) });
      expect(await acme.identities(id)).toEqual([]);
      const confirm = new URL(String(first.body.response['confirmUrl'])).search.slice(1);
      const validate = (code: string) =>
        acme.client.call('POST', '/settings/tfaapp/validate', { code }, { confirm });
      expect((await validate(authenticator.code())).status).toBe(200);
      expect(await acme.identities(id)).toEqual([{ subject: sub, provider: 'Acme' }]);
      expect((await acme.app.mailbox.newest(email)).text).toContain('by way of Acme');
      acme.app.clock.advanceSeconds(30);
      expect((await validate(authenticator.code())).status).toBe(401);
    });

    it('links it on the page of the step, once, and from then on the step’s key keeps none', async () => {
      const { id, sub, otpauthUri } = await acme.person({ secondFactor: 'totp' });
      const authenticator = new Authenticator(acme.app, String(otpauthUri));
      const finish = async () => {
        const first = await acme.signIn(await acme.profileOf(sub));
        const { pathname, search, searchParams } = new URL(String(first.body.response['confirmUrl']));
        acme.app.clock.advanceSeconds(30);
        const body = new URLSearchParams({ code: authenticator.code() });
        const done = await fetch(`${acme.app.url}${pathname}${search}`, { method: 'POST', body });
        expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('signed in')]);
        return String(searchParams.get('key'));
      };
      expect(await finish()).toMatch(/^[\w-]{43}\.[\w-]+\.[\w-]+$/);
      expect(await acme.identities(id)).toEqual([{ subject: sub, provider: 'Acme' }]);
      expect(await finish()).toMatch(/^[\w-]{43}$/);
    });

    it('abuse: an identity that was linked to another account meanwhile makes no session, and burns no code', async () => {
      const { id, sub, otpauthUri } = await acme.person({ secondFactor: 'totp' });
      const authenticator = new Authenticator(acme.app, String(otpauthUri));
      const first = await acme.signIn(await acme.profileOf(sub));
      const confirm = new URL(String(first.body.response['confirmUrl'])).search.slice(1);
      const other = await acme.person();
      const [row] = await acme.app.rows<{ issuer: string }>(
        sql`SELECT issuer FROM external_identities LIMIT 1`,
      );
      await acme.app.rows(sql`
        INSERT INTO external_identities (issuer, subject, account_id, provider, linked_at)
        VALUES (${row?.issuer}, ${sub}, ${other.id}::bigint, 'Acme', now())`);
      const validate = () =>
        acme.client.call('POST', '/settings/tfaapp/validate', { code: authenticator.code() }, { confirm });
      expect((await validate()).status).toBe(401);
      expect(await acme.identities(id)).toEqual([]);
      await acme.app.rows(sql`DELETE FROM external_identities WHERE subject = ${sub}`);
      expect((await validate()).status).toBe(200);
    });

    it('abuse: what a key keeps is no use behind another key, and a changed one is no key', async () => {
      const { id, sub } = await acme.person({ secondFactor: 'totp' });
      const victim = await acme.person({ secondFactor: 'totp' });
      const authenticator = new Authenticator(acme.app, String(victim.otpauthUri));
      const keyOf = async (proof: object) => {
        const { body } = await acme.signIn(proof);
        return String(new URL(String(body.response['confirmUrl'])).searchParams.get('key'));
      };
      const [own, theirs] = [
        await keyOf(await acme.profileOf(sub)),
        await keyOf(await acme.profileOf(victim.sub)),
      ];
      const mixed = `${theirs.slice(0, 43)}${own.slice(43)}`;
      for (const key of [mixed, theirs.slice(0, 43), `${theirs}A`, own.slice(43)]) {
        const confirm = `type=TfaAuth&key=${key}`;
        const code = authenticator.code();
        expect(
          (await acme.client.call('POST', '/settings/tfaapp/validate', { code }, { confirm })).status,
        ).toBe(401);
      }
      expect(await acme.identities(id)).toEqual([]);
      expect(await acme.identities(victim.id)).toEqual([]);
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
      const answer = await acme.client.call('POST', '/authentication', body);
      expect([answer.status, answer.body.error?.message]).toEqual([400, message]);
    });

    it('is not for the provider `email`, which means a password', async () => {
      const { email } = await acme.person();
      expect((await acme.client.signIn(email, undefined, { provider: 'Email' })).status).toBe(200);
    });
  });

  describe('401', () => {
    it.each([
      ['an address that the provider has not verified', { verified: false }, 'no_account'],
      ['an account whose owner has proven nothing', { unproven: true }, 'no_account'],
    ])('refuses %s', async (_, { unproven, ...request }: Record<string, unknown>, outcome) => {
      // The same refusal twice in a minute is one row.
      acme.app.clock.advanceSeconds(60);
      const { id, sub } = await acme.person(request);
      if (unproven)
        await acme.app.rows(sql`UPDATE accounts SET activated_at = NULL WHERE id = ${id}::bigint`);
      expect((await acme.signIn(await acme.profileOf(sub))).status).toBe(401);
      expect(await lastEvent()).toEqual({ event: 'identity', outcome });
    });

    it('refuses somebody who has no account, and makes none', async () => {
      acme.idp.people.set('stranger', {
        sub: 'stranger',
        email: 'stranger@example.com',
        email_verified: true,
      });
      expect((await acme.signIn(await acme.profileOf('stranger'))).status).toBe(401);
      expect(await acme.app.rows(sql`SELECT FROM accounts WHERE email = 'stranger@example.com'`)).toEqual([]);
    });

    it('refuses the next owner of a mailbox: an account has one identity of an issuer', async () => {
      const { email, sub } = await acme.person();
      await acme.signIn(await acme.profileOf(sub));
      acme.idp.people.set('successor', { sub: 'successor', email, email_verified: true });
      expect((await acme.signIn(await acme.profileOf('successor'))).status).toBe(401);
      expect(await lastEvent()).toEqual({ event: 'identity', outcome: 'other_identity' });
    });

    it('links nobody by their address where the provider is not to be believed about it', async () => {
      const { sub } = await acme.person();
      expect((await acme.signIn(await acme.profileOf(sub), { provider: 'distrusted' })).status).toBe(401);
    });
  });

  describe('403 and 503', () => {
    it('refuses a disabled account, and a mailbox as both factors', async () => {
      const shut = await acme.person();
      await acme.app.rows(
        sql`UPDATE accounts SET disabled_at = ${acme.app.clock.now()} WHERE id = ${shut.id}::bigint`,
      );
      expect((await acme.signIn(await acme.profileOf(shut.sub))).status).toBe(403);
      const mailed = await acme.person({ secondFactor: 'email' });
      expect((await acme.signIn(await acme.profileOf(mailed.sub))).status).toBe(403);
      expect(await lastEvent()).toEqual({ event: 'identity', outcome: 'same_mailbox' });
      expect(await acme.identities(mailed.id)).toEqual([]);
    });

    it('says so when the provider cannot be reached', async () => {
      const answer = await acme.signIn({ codeOAuth: 'code' }, { provider: 'down' });
      expect([answer.status, answer.body.error?.message]).toEqual([
        503,
        'The identity provider is not available',
      ]);
    });
  });
});
