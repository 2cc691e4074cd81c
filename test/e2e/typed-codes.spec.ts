import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DfnsClient } from '../support/dfns-client.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

/** A digit of another script. */
const inScript = (zero: number) => (code: string) =>
  code.replace(/\d/g, (digit) => String.fromCharCode(zero + Number(digit)));
const grouped = (by: string) => (code: string) => `${code.slice(0, 3)}${by}${code.slice(3)}`;
const SPELLINGS: [name: string, spelled: (code: string) => string][] = [
  ['with a blank', grouped(' ')],
  ['with a dash', grouped('-')],
  ['with a narrow no-break space', grouped('\u202f')],
  ['with an unseen mark before it', (code) => `\u200e${code}`],
  ['in full-width digits', inScript(0xff10)],
  ['in Arabic-Indic digits', inScript(0x660)],
];

describe('a code as people type and paste it', () => {
  let app: TestApp;
  let people = 0;
  const nextEmail = () => `typed${(people += 1)}@example.com`;

  beforeAll(async () => {
    app = await TestApp.start({ PASSWORD_HOURLY_LIMIT: '10000', PASSWORD_TRIES_LIMIT: '1000' });
  });
  afterAll(() => app.stop());

  describe.each(SPELLINGS)('%s', (_name, spelled) => {
    it('navixy', async () => {
      const email = nextEmail();
      await app.createAccount({ email });
      const client = new NavixyClient(app);
      const { hash, code } = await client.pending(email);
      expect((await client.verify(hash, spelled(code))).status).toBe(200);
    });

    const inPath = (client: DocspaceClient, userName: string, typed: string) =>
      client.call('POST', `/authentication/${encodeURIComponent(typed)}`, { userName, password: PASSWORD });
    const inBody = (client: DocspaceClient, userName: string, typed: string) =>
      client.verify(userName, typed);

    it.each([
      ['path', inPath],
      ['body', inBody],
    ])('docspace, in the %s', async (_where, verify) => {
      const email = nextEmail();
      await app.createAccount({ email, secondFactor: 'email' });
      const client = new DocspaceClient(app);
      await client.signIn(email);
      const code = await app.mailbox.code(email);
      expect((await verify(client, email, spelled(code))).status).toBe(200);
    });

    it('wacht', async () => {
      const email = nextEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      const client = new WachtClient(app);
      const { id, code } = await client.begun(email);
      expect((await client.verify(id, spelled(code))).status).toBe(200);
    });

    it('yat', async () => {
      const email = nextEmail();
      const { otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
      const client = new YatClient(app);
      const { refresh_token } = (await client.signIn(email)).body;
      const code = new Authenticator(app, otpauthUri as string).code();
      expect((await client.confirm(refresh_token, spelled(code))).status).toBe(200);
    });

    it('dfns, in any grouping', async () => {
      const email = nextEmail();
      await app.createAccount({ email });
      const client = new DfnsClient(app);
      const code = (await client.mailedCode(email)).replaceAll('-', '');
      expect((await client.recoveryInit(email, spelled(code))).status).toBe(200);
    });
  });

  describe('costs no guess where it is one no longer', () => {
    // More than a code bears wrong tries.
    const NO_CODES = [
      '12 34 5',
      '1234567',
      '123.456',
      'abcdefg',
      'abcdefghi',
      'sendsms',
      '\u0661\u0662\u0663',
    ];
    const spentBy = async (id: string) => {
      const budget = sql`SELECT coalesce(sum(spent), 0)::int AS spent FROM guess_budgets WHERE subject = ${id}`;
      return (await app.rows<{ spent: number }>(budget))[0]?.spent;
    };
    const refusals = async (id: string | null, protocol: string) => {
      const rows = sql`
        SELECT coalesce(sum(1 + repeated), 0)::int AS count FROM audit_events
        WHERE account_id IS NOT DISTINCT FROM ${id}::bigint AND protocol = ${protocol} AND outcome = 'no_code'`;
      return (await app.rows<{ count: number }>(rows))[0]?.count;
    };

    it('navixy', async () => {
      const email = nextEmail();
      const { id } = await app.createAccount({ email });
      const client = new NavixyClient(app);
      const { hash, code } = await client.pending(email);
      for (const typed of NO_CODES) {
        const { status, body } = await client.verify(hash, typed);
        expect([status, body.status?.code]).toEqual([400, 282]);
      }
      expect([await spentBy(id), await refusals(id, 'navixy')]).toEqual([0, NO_CODES.length]);
      // One that is a code, and wrong, is the first that counts.
      expect((await client.verify(hash, otherThan(code))).body.status?.code).toBe(282);
      expect(await spentBy(id)).toBe(1);
      expect((await client.verify(hash, code)).status).toBe(200);
    });

    it('docspace', async () => {
      const email = nextEmail();
      const { id } = await app.createAccount({ email, secondFactor: 'email' });
      const client = new DocspaceClient(app);
      await client.signIn(email);
      const code = await app.mailbox.code(email);
      for (const typed of NO_CODES) expect((await client.verify(email, typed)).status).toBe(401);
      expect([await spentBy(id), await refusals(id, 'docspace')]).toEqual([0, NO_CODES.length]);
      expect((await client.verify(email, otherThan(code))).status).toBe(401);
      expect(await spentBy(id)).toBe(1);
      expect((await client.verify(email, code)).status).toBe(200);
    });

    it.each([
      ['a sign-in', 'none'],
      ['a second factor', 'email'],
    ] as const)('wacht, of %s', async (_name, secondFactor) => {
      const email = nextEmail();
      const { id: account } = await app.createAccount({ email, secondFactor });
      const client = new WachtClient(app);
      const begin = async () => {
        if (secondFactor === 'none') return client.begun(email);
        const { id } = await client.signInWithPassword(email);
        await client.prepare(id);
        return { id, code: await app.mailbox.code(email) };
      };
      const { id, code } = await begin();
      for (const typed of NO_CODES)
        expect(await client.verify(id, typed)).toMatchObject({ status: 400, code: 'INVALID_CODE' });
      expect(await spentBy(account)).toBe(0);
      expect((await client.verify(id, otherThan(code))).code).toBe('INVALID_CODE');
      expect(await spentBy(account)).toBe(1);
      expect((await client.verify(id, code)).status).toBe(200);
    });

    it('wacht, of a sign-up', async () => {
      const email = nextEmail();
      const client = new WachtClient(app);
      const { id } = await client.signUp({ email, password: 'gelbe Kanne im Schnee' });
      await client.prepareSignUp(id);
      const code = await app.mailbox.code(email);
      for (const typed of NO_CODES) expect((await client.verifySignUp(id, typed)).code).toBe('INVALID_CODE');
      expect((await client.verifySignUp(id, code)).status).toBe(200);
    });

    it('and tells nobody whether there is an account (wacht)', async () => {
      const known = nextEmail();
      await app.createAccount({ email: known, secondFactor: 'none' });
      const answers = [known, nextEmail()].map(async (email) => {
        const client = new WachtClient(app);
        const { id } = await client.signIn({ strategy: 'email_otp', email });
        await client.prepare(id);
        const { status, body } = await client.verify(id, '12345');
        return { status, errors: body.errors, message: body.message };
      });
      const [one, other] = await Promise.all(answers);
      expect(one).toEqual(other);
    });

    it('yat', async () => {
      const email = nextEmail();
      const { id, otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
      const client = new YatClient(app);
      const { refresh_token } = (await client.signIn(email)).body;
      for (const typed of [...NO_CODES, '- -', 'abcd-efgo', '2345-6789'])
        expect((await client.confirm(refresh_token, typed)).status).toBe(422);
      expect(await spentBy(id)).toBe(0);
      const wrong = otherThan(new Authenticator(app, otpauthUri as string).code());
      expect((await client.confirm(refresh_token, wrong)).status).toBe(401);
      expect(await spentBy(id)).toBe(1);
    });

    it('dfns', async () => {
      const email = nextEmail();
      const { id } = await app.createAccount({ email });
      const client = new DfnsClient(app);
      const code = await client.mailedCode(email);
      for (const typed of NO_CODES)
        expect((await client.recoveryInit(email, typed)).status).toBeGreaterThanOrEqual(400);
      expect(await spentBy(id)).toBe(0);
      expect((await client.recoveryInit(email, code)).status).toBe(200);
    });
  });
});
