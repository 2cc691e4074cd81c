import { AccountsService } from '@app/administration';
import { raw, sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { mailedLink } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const WEEK_SECONDS = 7 * 86_400;

describe('POST /api/2.0/authentication with a mailed key', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  const name = () => `keyed${(people += 1)}@example.com`;
  const signIn = (confirmData: object, more: object = {}) =>
    client.call('POST', '/authentication', { confirmData, ...more });
  const verify = (confirmData: object, code: string) =>
    client.call('POST', `/authentication/${code}`, { confirmData });
  const invited = (request: object = {}) => app.invite({ email: name(), ...request });
  const made = async (request: object = {}) => {
    const email = name();
    const created = await app.createAccount({ email, secondFactor: 'none', ...request });
    return { ...created, ...(await app.mailKey(email)) };
  };
  const eventsOf = async (accountId: string) =>
    (
      await app.rows<{ event: string; outcome: string }>(
        sql`SELECT event, outcome FROM audit_events WHERE account_id = ${accountId}::bigint ORDER BY id`,
      )
    ).map(({ event, outcome }) => `${event} ${outcome}`);

  describe('200', () => {
    it('activates the account that an invitation is for, and signs in once', async () => {
      const { id, email, key, attemptId } = await invited();
      const answer = await signIn({ email, first: true, key });
      expect([answer.status, answer.body.response['sms'], answer.body.response['tfa']]).toEqual([
        200,
        false,
        false,
      ]);
      expect(await client.isGood({ Authorization: String(answer.body.response['token']) })).toBe(true);
      expect(answer.cookies['asc_auth_key']).toBe(answer.body.response['token']);

      expect((await signIn({ email, first: true, key })).status).toBe(401);
      expect(await eventsOf(id)).toEqual([
        'account.invite done',
        'mailed_key accepted',
        'mailed_key consumed',
      ]);
      const [attempt] = await app.rows(
        sql`SELECT status, purpose FROM attempts WHERE id = ${attemptId}::bigint`,
      );
      expect(attempt).toEqual({ status: 'consumed', purpose: 'invitation' });
    });

    it('needs neither the address nor `first` for an account that was signed in to before', async () => {
      const { key } = await made();
      expect((await signIn({ key })).status).toBe(200);
    });

    it('reads the data in any letter case, `first` as text, and counts before a password', async () => {
      const { email, key } = await invited();
      const confirmdata = { EMAIL: email.toUpperCase(), First: 'TRUE', KEY: ` ${key} ` };
      const answer = await client.call('POST', '/authentication', {
        confirmdata,
        userName: 'x',
        password: 'y',
      });
      expect(answer.status).toBe(200);
    });

    it('waits for the second factor, and takes the key once more with the code', async () => {
      const { id, email, key } = await invited({ secondFactor: 'totp' });
      const first = await signIn({ email, first: true, key });
      expect([first.body.response['token'], first.body.response['tfa']]).toEqual([undefined, true]);
      const authenticator = new Authenticator(app, String(first.body.response['tfaKey']));

      const wrong = await verify({ email, key }, otherThan(authenticator.code()));
      expect(wrong.status).toBe(401);
      const done = await verify({ email, key }, authenticator.code());
      expect([done.status, done.body.response['tfa']]).toEqual([200, true]);
      expect((await verify({ email, key }, authenticator.code(30))).status).toBe(401);
      expect(await eventsOf(id)).toContain('code.verify redeemed');
    });

    it('is taken with the code in the very first call, and goes on after a wrong one', async () => {
      const { id, email, key } = await invited();
      const accounts = app.nest.get(AccountsService);
      const account = await accounts.find(email);
      const { otpauthUri } = await accounts.changeSecondFactor(app.operatorCall(), account, 'totp');
      const authenticator = new Authenticator(app, String(otpauthUri));
      const confirmData = { email, first: true, key };
      expect((await verify(confirmData, otherThan(authenticator.code()))).status).toBe(401);
      expect(await eventsOf(id)).toContain('code.verify wrong');
      expect((await verify(confirmData, authenticator.code())).status).toBe(200);
      expect((await verify(confirmData, authenticator.code(30))).status).toBe(401);
    });

    it('ends what was open for the account before its owner came', async () => {
      const { email, key } = await invited();
      const token = await mailedLink(app, email);
      expect((await signIn({ email, first: true, key })).status).toBe(200);
      const yat = await new YatClient(app).post('/auth/magic_link/token', { token });
      expect(yat.status).toBe(401);
    });

    it('is dead as well once the sign-in that it began is finished by the key of its step', async () => {
      const { email, key } = await invited({ secondFactor: 'totp' });
      const { confirmUrl, tfaKey } = (await signIn({ email, first: true, key })).body.response;
      const confirm = new URL(String(confirmUrl)).search.slice(1);
      const code = new Authenticator(app, String(tfaKey)).code();
      expect((await client.call('POST', '/settings/tfaapp/validate', { code }, { confirm })).status).toBe(
        200,
      );
      expect((await signIn({ email, key })).status).toBe(401);
    });

    it('takes a backup code with the key, once, and a mistyped one for wrong', async () => {
      const { email, otpauthUri, key } = await made({ secondFactor: 'totp' });
      const authenticator = new Authenticator(app, String(otpauthUri));
      const token = String((await client.verify(email, authenticator.code())).body.response['token']);
      const codes = await client.authorized<{ code: string }[]>('GET', '/settings/tfaappcodes', token);
      const backup = String(codes.body.response[0]?.code);
      expect((await verify({ key }, 'zzzzzz')).status).toBe(401);
      expect((await verify({ key }, backup)).status).toBe(200);
      expect((await client.verify(email, backup)).status).toBe(401);
    });

    it('is good to the last second of its life, and not beyond', async () => {
      const [good, late] = [await invited(), await invited()];
      expect(good.expiresAt.getTime() - app.clock.now().getTime()).toBe(WEEK_SECONDS * 1000);
      app.clock.advanceSeconds(WEEK_SECONDS - 1);
      expect((await signIn({ first: true, key: good.key })).status).toBe(200);
      app.clock.advanceSeconds(1);
      expect((await signIn({ first: true, key: late.key })).status).toBe(401);
    });
  });

  describe('401 and 403', () => {
    it('refuse a key that nobody mailed, one for another address, and one that a newer one has replaced', async () => {
      const { email, key } = await made();
      expect((await signIn({ key: 'x'.repeat(43) })).status).toBe(401);
      expect((await signIn({ key, email: 'other@example.com' })).status).toBe(401);
      const newer = await app.mailKey(email);
      expect((await signIn({ key })).status).toBe(401);
      expect((await signIn({ key: newer.key })).status).toBe(200);
    });

    it('refuse to activate an account with `first: false`; the key stays good, also for a client that says nothing', async () => {
      const { key } = await invited();
      expect((await signIn({ key, first: false })).status).toBe(403);
      expect((await signIn({ key })).status).toBe(200);
    });

    it('refuse a disabled account, and the mailbox as both factors', async () => {
      const shut = await made();
      await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${shut.id}::bigint`);
      expect((await signIn({ key: shut.key })).status).toBe(403);

      const mailed = await made();
      await app.rows(sql`UPDATE accounts SET second_factor = 'email' WHERE id = ${mailed.id}::bigint`);
      const answer = await signIn({ key: mailed.key });
      expect([answer.status, answer.body.error?.message]).toEqual([403, 'Auth code is not available']);
      expect((await verify({ key: mailed.key }, '123456')).status).toBe(403);
    });

    it('are 400 for an address that is none', async () => {
      expect((await signIn({ key: 'x'.repeat(43), email: 'no address' })).status).toBe(400);
    });
  });

  describe('abuse', () => {
    it('gives one session to any number of calls at once, with and without a second factor', async () => {
      const { key, email } = await invited();
      const answers = await Promise.all(
        Array.from({ length: 16 }, () => signIn({ email, first: true, key })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(15);

      const { otpauthUri, key: second } = await made({ secondFactor: 'totp' });
      const authenticator = new Authenticator(app, String(otpauthUri));
      const codes = [authenticator.code(-30), authenticator.code(), authenticator.code(30)];
      const tries = await Promise.all(codes.map((code) => verify({ key: second }, code)));
      expect(tries.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('does not open a second door: a key is no session, no key of a step and no magic link', async () => {
      const { key } = await made();
      expect(await client.isGood({ Authorization: key })).toBe(false);
      const setup = await client.call('GET', '/settings/tfaapp/setup', undefined, {
        confirm: `type=Auth&key=${key}`,
      });
      expect(setup.status).toBe(401);
      expect((await fetch(`${app.url}/magic-link?token=${key}`)).status).toBe(410);
      expect((await signIn({ key })).status).toBe(200);
    });

    it('rests as a keyed hash, and its mail is erased once it is sent', async () => {
      const { key } = await made();
      const tables = ['attempts', 'messages', 'audit_events', 'sessions'];
      for (const table of tables) {
        const rows = await app.rows(sql`SELECT t::text AS row FROM ${raw(table)} t`);
        expect(JSON.stringify(rows)).not.toContain(key);
      }
    });
  });
});
