import { BackupCodes, ofAccount } from '@app/accounts';
import { Database, sql, statement } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

const FORMS = { docspace: { count: 5, length: 6 }, yat: { count: 10, length: 8 } } as const;

describe('a backup code at verify_second_factor', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '10000',
    });
  });
  afterAll(() => app.stop());

  /** Somebody with backup codes, whichever protocol has made them. */
  async function holder(secondFactor: 'email' | 'sms' | 'totp', form: keyof typeof FORMS = 'yat') {
    people += 1;
    const email = `backup${people}@example.com`;
    const phone = secondFactor === 'sms' ? `+49151159${String(10_000 + people)}` : undefined;
    const { id, otpauthUri } = await app.createAccount({ email, phone, secondFactor });
    const issuer = app.nest.get(BackupCodes, { strict: false });
    const { codes, parts } = issuer.issue(app.operatorCall(), id, FORMS[form], ofAccount(id));
    await app.nest.get(Database).rows(statement(parts.backup_codes_issued, parts));
    return { id, email, otpauthUri, codes, code: codes[0] as string };
  }
  const waiting = async (email: string) => {
    const client = new WachtClient(app);
    const { id } = await client.signInWithPassword(email);
    return { client, id };
  };
  const spentBy = async (id: string) => {
    const budget = sql`SELECT spent FROM guess_budgets WHERE subject = ${id} AND factor = 'second'`;
    return (await app.rows<{ spent: number }>(budget))[0]?.spent ?? 0;
  };
  /** Of the same form, and of nobody. */
  const otherThan = (code: string) => code.replace(/^./, (first) => (first === 'z' ? 'y' : 'z'));

  it.each([
    ['email', 'yat'],
    ['sms', 'docspace'],
    ['totp', 'yat'],
  ] as const)('stands for %s, whoever made it (%s), and is good once', async (factor, form) => {
    const { email, code } = await holder(factor, form);
    const first = await waiting(email);
    const { status, body } = await first.client.verify(first.id, code);
    expect(status).toBe(200);
    expect(body.session).toMatchObject({
      signin_attempts: [{ id: first.id, completed: true }],
      signins: [{}],
    });
    const again = await waiting(email);
    expect(await again.client.verify(again.id, code)).toMatchObject({ status: 400, code: 'INVALID_CODE' });
  });

  it.each([
    ['grouped by a dash', (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`],
    ['in capital letters, with blanks', (code: string) => ` ${code.toUpperCase().replace(/(..)/g, '$1 ')}`],
  ])('is read %s', async (_, typed) => {
    const { email, code } = await holder('email');
    const { client, id } = await waiting(email);
    expect((await client.verify(id, typed(code))).status).toBe(200);
  });

  it('leaves the code that was sent, and the authenticator’s, as good as they were', async () => {
    const { email, otpauthUri, code } = await holder('totp');
    const { client, id } = await waiting(email);
    expect((await client.verify(id, otherThan(code))).code).toBe('INVALID_CODE');
    const shown = new Authenticator(app, otpauthUri as string).code();
    expect((await client.verify(id, shown)).status).toBe(200);

    const texted = await holder('email');
    const other = await waiting(texted.email);
    await other.client.prepare(other.id);
    expect((await other.client.verify(other.id, otherThan(texted.code))).code).toBe('INVALID_CODE');
    const sent = await app.mailbox.code(texted.email);
    expect((await other.client.verify(other.id, sent)).status).toBe(200);
  });

  it('is one of five tries, and counts as a guess: then the right one waits too', async () => {
    const { id: account, email, code, codes } = await holder('email');
    const { client, id } = await waiting(email);
    for (let guess = 1; guess <= 5; guess += 1) {
      expect((await client.verify(id, otherThan(code))).code).toBe('INVALID_CODE');
      expect(await spentBy(account)).toBe(guess);
    }
    const refused = await client.verify(id, codes[1] as string);
    expect(refused).toMatchObject({ status: 429, code: 'TOO_MANY_ATTEMPTS' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    app.clock.advanceSeconds(300);
    const later = await waiting(email);
    expect((await later.client.verify(later.id, codes[1] as string)).status).toBe(200);
    expect(await spentBy(account)).toBe(0);
  });

  it('is four round trips, like the code of an authenticator', async () => {
    const { email, code } = await holder('sms');
    const { client, id } = await waiting(email);
    const counter = new StatementCounter(app);
    const statements = await counter.during(() => client.verify(id, code));
    counter.stop();
    expect(statements).toHaveLength(4);
  });

  it('abuse: of somebody else is wrong', async () => {
    const mine = await holder('email');
    const theirs = await holder('email');
    const { client, id } = await waiting(mine.email);
    expect((await client.verify(id, theirs.code)).code).toBe('INVALID_CODE');
    const { client: other, id: otherId } = await waiting(theirs.email);
    expect((await other.verify(otherId, theirs.code)).status).toBe(200);
  });

  it('abuse: is no first factor, and no guess there', async () => {
    const email = 'first@example.com';
    const { id: account } = await app.createAccount({ email, secondFactor: 'none' });
    const issuer = app.nest.get(BackupCodes, { strict: false });
    const { codes, parts } = issuer.issue(app.operatorCall(), account, FORMS.yat, ofAccount(account));
    await app.nest.get(Database).rows(statement(parts.backup_codes_issued, parts));
    const client = new WachtClient(app);
    const { id } = await client.begun(email);
    for (const code of codes) expect((await client.verify(id, code)).code).toBe('INVALID_CODE');
    expect(await app.rows(sql`SELECT FROM guess_budgets WHERE subject = ${account} AND spent > 0`)).toEqual(
      [],
    );
  });

  it('abuse: signs in one of many browsers that send it at once', async () => {
    const { email, code } = await holder('email');
    const browsers = await Promise.all(Array.from({ length: 4 }, () => waiting(email)));
    const answers = await Promise.all(browsers.map(({ client, id }) => client.verify(id, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.every(({ status }) => [200, 400].includes(status))).toBe(true);
  });
});
