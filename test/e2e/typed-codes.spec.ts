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

  it('costs no guess where it is one no longer (yat)', async () => {
    const email = nextEmail();
    const { id, otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    const client = new YatClient(app);
    const { refresh_token } = (await client.signIn(email)).body;
    for (const typed of ['12 34 5', '1234567', '123.456', '- -'])
      expect((await client.confirm(refresh_token, typed)).status).toBe(422);
    // One that is a code, and wrong, is the first that counts.
    const wrong = otherThan(new Authenticator(app, otpauthUri as string).code());
    expect((await client.confirm(refresh_token, wrong)).status).toBe(401);
    const budget = sql`SELECT spent FROM guess_budgets WHERE subject = ${id} AND factor = 'second'`;
    expect(await app.rows(budget)).toEqual([{ spent: 1 }]);
  });
});
