import { sql } from '@app/database';
import { storedEmail } from '@app/kernel';
import { DfnsClient } from '../support/dfns-client.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { mailedLink, WAYS_IN } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const STRONG = 'gelbe Kanne im Schnee 7';
const UUID = '7c6a2f1e-8a1f-4f0b-9c1d-2f1a3b4c5d6e';
/** What became something else once it was stored, or looks like something else. */
const PRETENDERS = [
  ...['boss@example.com', 'boss＠example.com', 'boss﹫example.com', '＋4915112345678', '﹢4915112345678'],
  ...['a b', 'a¨b', '\ufdfa', '\ufdfa'.repeat(254), 'x'.repeat(65), 'a\u200bb'],
  ...[UUID, UUID.toUpperCase(), '７c6a2f1e－8a1f－4f0b－9c1d－2f1a3b4c5d6e', '٢٥٠٠٢٩٤٤٢٧٩٦٠٩٣٤٤١'],
];
const NO_ADDRESSES = [
  ...['a,b@example.com', 'a，b@example.com', 'a@b@example.com', 'a＠b@example.com', '"a b"@example.com'],
  ...[
    'a\u00a0b@example.com',
    `${'a'.repeat(65)}@example.com`,
    `${'\ufdfa'.repeat(10)}@example.com`,
    'a@127.1',
  ],
];

describe('names', () => {
  let app: TestApp;
  let yat: YatClient;
  let people = 0;

  beforeAll(async () => {
    const many = { YAT_REQUESTS_PER_MINUTE_LIMIT: '100000', WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' };
    app = await TestApp.start(many);
    yat = new YatClient(app);
  });
  afterAll(() => app.stop());

  /** One address as people write it, and as machines do. */
  const mailbox = () => {
    const people_ = `liv${(people += 1)}@bücher.example`;
    return { typed: people_, stored: storedEmail(people_) as string };
  };
  const signUp = (request: object) => new WachtClient(app).signUp({ password: STRONG, ...request });
  const names = async () => (await app.rows(sql`SELECT email, username FROM accounts`)).length;

  describe('abuse: what would be stored as something else', () => {
    it('is no user name of a new account, in any protocol', async () => {
      const before = await names();
      for (const alternate_id of PRETENDERS) {
        const { status, body } = await yat.post('/users', { alternate_id, password: STRONG });
        expect([alternate_id, status, Object.keys(body.fields ?? {})]).toEqual([
          alternate_id,
          422,
          ['alternate_id'],
        ]);
        const { answer } = await signUp({ email: 'pretender@example.com', username: alternate_id });
        expect([alternate_id, answer.status, answer.code]).toEqual([alternate_id, 400, 'VALIDATION_ERROR']);
      }
      expect(await names()).toBe(before);
    });

    it('is no user name that an account is given', async () => {
      const email = 'renamed@example.com';
      await app.createAccount({ email, secondFactor: 'none' });
      const { access_token } = (await yat.signIn(email)).body;
      for (const alternate_id of PRETENDERS) {
        const { status } = await yat.call('PATCH', '/account', { alternate_id }, access_token);
        expect([alternate_id, status]).toEqual([alternate_id, 422]);
      }
      const longest = 'ﬄ'.repeat(21);
      const { body } = await yat.call('PATCH', '/account', { alternate_id: longest }, access_token);
      expect(body.user).toMatchObject({ alternate_id: 'ffl'.repeat(21) });
    });

    it('is no free name either', async () => {
      const isFree = async (username: string) =>
        (await new WachtClient(app).post('/auth/identifier-availability', { username })).body.data.available;
      expect([await isFree('boss＠example.com'), await isFree(UUID), await isFree('nobodys.name')]).toEqual([
        ...[false, false, true],
      ]);
    });

    it('is no e-mail address of a new account, in any protocol', async () => {
      const before = await names();
      for (const email of NO_ADDRESSES) {
        const { status, body } = await yat.post('/users', { email, password: STRONG });
        expect([email, status, Object.keys(body.fields ?? {})]).toEqual([email, 422, ['email']]);
        expect((await signUp({ email })).answer).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' });
      }
      expect(await names()).toBe(before);
    });

    it('opens no account of the one that it becomes', async () => {
      await app.createAccount({ email: 'boss@example.com', secondFactor: 'none' });
      const { answer } = await new WachtClient(app).signIn({
        ...{ strategy: 'plain_username', username: 'boss＠example.com', password: PASSWORD },
      });
      expect(answer).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' });
    });
  });

  describe('one mailbox, one account', () => {
    it('whichever way its domain is written when it registers', async () => {
      const { typed, stored } = mailbox();
      const { body } = await yat.post('/users', { email: typed, password: STRONG });
      expect(body.user).toMatchObject({ email: stored });
      const again = await yat.post('/users', { email: stored, password: STRONG });
      expect([again.status, again.body.fields?.email?.[0]?.code]).toEqual([422, 'uniqueness']);
    });

    it('whichever way its domain is written when an operator makes it: what nobody has proven gives way', async () => {
      const { typed, stored } = mailbox();
      await yat.post('/users', { email: typed, password: STRONG });
      const { id } = await app.createAccount({ email: typed });
      expect(await app.rows(sql`SELECT id::text AS id FROM accounts WHERE email = ${stored}`)).toEqual([
        { id },
      ]);
      await expect(app.createAccount({ email: stored })).rejects.toThrow('Another account has this email');
    });

    it('whichever way it is written when it signs up, and mail reaches it', async () => {
      const { typed, stored } = mailbox();
      const client = new WachtClient(app);
      const { id } = await client.signUp({ password: STRONG, email: typed.toUpperCase() });
      await client.prepareSignUp(id);
      expect((await client.verifySignUp(id, await app.mailbox.code(stored))).status).toBe(200);
      for (const email of [typed, stored])
        expect((await signUp({ email })).answer).toMatchObject({ status: 409, code: 'USER_EXISTS' });
    });

    it.each(Object.entries(WAYS_IN))('is entered by %s in either spelling', async (_name, approach) => {
      const { typed, stored } = mailbox();
      await app.createAccount({ email: stored, secondFactor: 'none' });
      for (const email of [stored, typed]) {
        app.clock.advanceSeconds(61);
        const way = await approach(app, email);
        await way.send();
        expect([email, await way.isIn()]).toEqual([email, true]);
      }
    });

    it('is one for limits: wrong passwords of a stranger, and links to one', async () => {
      const { typed, stored } = mailbox();
      for (let wrong = 0; wrong < 5; wrong += 1)
        expect((await yat.signIn(wrong % 2 ? typed : stored, 'wrong')).status).toBe(401);
      expect((await yat.signIn(typed, 'wrong')).status).toBe(429);
      expect((await yat.signIn(stored, 'wrong')).status).toBe(429);
      expect((await yat.post('/auth/magic_link', { email: typed })).status).toBe(200);
      expect((await yat.post('/auth/magic_link', { email: stored })).status).toBe(429);
    });

    it('gets the code of its recovery, and one guess at a time, in either spelling', async () => {
      const { typed, stored } = mailbox();
      await app.createAccount({ email: stored, secondFactor: 'none' });
      expect(await new DfnsClient(app).mailedCode(typed, stored)).toMatch(/^[\d-]{19}$/);
    });

    it('takes the key of its invitation with the address in either spelling', async () => {
      const { typed, stored } = mailbox();
      const { key } = await app.invite({ email: stored });
      const confirm = (email: string) =>
        new DocspaceClient(app).call('POST', '/authentication/confirm', { key, email, type: 'Auth' });
      for (const email of [typed, stored])
        expect((await confirm(email)).body.response).toMatchObject({ result: 0 });
      expect((await confirm('other@bücher.example')).body.response).toMatchObject({ result: 1 });
      const confirmData = { key, email: typed, first: true };
      const { body } = await new DocspaceClient(app).call('POST', '/authentication', { confirmData });
      expect(body.response.token).toEqual(expect.any(String));
    });
  });

  describe('an account whose address an earlier release has stored as it was typed', () => {
    async function old() {
      const { typed, stored } = mailbox();
      const { id } = await app.createAccount({ email: stored, secondFactor: 'none' });
      await app.rows(sql`UPDATE accounts SET email = ${typed} WHERE id = ${id}`);
      return { id, typed, stored };
    }

    it.each(['a navixy password', 'a docspace password', 'a yat password', 'a wacht password'])(
      'is entered by %s as before',
      async (name) => {
        const { typed, stored } = await old();
        for (const email of [typed, stored]) {
          const way = await WAYS_IN[name]?.(app, email);
          await way?.send();
          expect([email, await way?.isIn()]).toEqual([email, true]);
        }
      },
    );

    it('gets its mails, of which none is lost', async () => {
      const { typed, stored } = await old();
      await new WachtClient(app).post('/auth/forgot-password', { email: stored });
      await yat.post('/auth/magic_link', { email: typed });
      await new DfnsClient(app).recoveryCode(stored);
      const { rows } = {
        rows: await app.rows(sql`SELECT template FROM messages WHERE recipient = ${typed}`),
      };
      expect(rows).toHaveLength(3);
    });

    it('keeps a second account of the mailbox from being made', async () => {
      const { typed, stored } = await old();
      for (const email of [typed, stored]) {
        expect((await yat.post('/users', { email, password: STRONG })).status).toBe(422);
        expect((await signUp({ email })).answer.code).toBe('USER_EXISTS');
      }
      await expect(app.createAccount({ email: stored })).rejects.toThrow('Another account has this email');
      await expect(app.invite({ email: stored })).rejects.toThrow('Another account has this email');
    });

    it('gives way to its owner when nobody has proven it', async () => {
      const { id, typed, stored } = await old();
      await app.rows(sql`UPDATE accounts SET activated_at = NULL WHERE id = ${id}`);
      const client = new WachtClient(app);
      const { id: attempt } = await client.signUp({ password: STRONG, email: typed });
      await client.prepareSignUp(attempt);
      expect((await client.verifySignUp(attempt, await app.mailbox.code(stored))).status).toBe(200);
      const left = await app.rows(sql`SELECT email FROM accounts WHERE email IN (${typed}, ${stored})`);
      expect(left).toEqual([{ email: stored }]);
    });

    it('is still told its address as its own', async () => {
      const { typed, stored } = await old();
      const { access_token } = (await yat.signIn(typed)).body;
      for (const email of [typed, stored])
        expect((await yat.call('PATCH', '/account', { email }, access_token)).status).toBe(200);
    });

    it('is told from the other one of the same mailbox by how each is spelled', async () => {
      const { id, typed, stored } = await old();
      await app.rows(sql`
        INSERT INTO accounts (id, email, password_hash, created_at, updated_at, activated_at)
        SELECT id + 1, ${stored}, password_hash, created_at, updated_at, activated_at FROM accounts WHERE id = ${id}`);
      const of = async (email: string) =>
        (await yat.account((await yat.signIn(email)).body.access_token)).body.user;
      expect([(await of(typed))?.['email'], (await of(stored))?.['email']]).toEqual([typed, stored]);
      const navixy = new NavixyClient(app);
      const { hash } = (await navixy.signIn(typed)).body;
      expect((await navixy.post('/user/get_info', undefined, hash)).body.user_info?.['login']).toBe(typed);
      const { body } = await yat.post('/auth/magic_link/token', { token: await mailedLink(app, stored) });
      expect((await yat.account(body.access_token)).body.user).toMatchObject({ email: stored });
    });
  });
});
