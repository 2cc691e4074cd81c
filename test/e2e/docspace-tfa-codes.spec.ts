import { BackupCodes, ofAccount } from '@app/accounts';
import { Database, sql, statement } from '@app/database';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

interface Code {
  code: string;
  isUsed: boolean;
}

describe('backup codes, docspace', () => {
  let app: TestApp;
  let replica: TestApp;
  let client: DocspaceClient;
  let other: DocspaceClient;

  beforeAll(async () => {
    const many = {
      limits: 'off',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '1000',
    };
    app = await TestApp.start(many);
    replica = await TestApp.start(many, app);
    client = new DocspaceClient(app);
    other = new DocspaceClient(replica);
  });
  afterAll(async () => {
    await replica.stop();
    await app.stop();
  });

  /** An account whose authenticator the operator has made: it has never shown a code. */
  const account = () => app.given.person({ factor: 'totp' });
  const signIn = async (email: string, code: string) => {
    const { status, body } = await client.verify(email, code);
    expect(status).toBe(200);
    return body.response.token as string;
  };
  const read = async (token: string) =>
    (await client.authorized<Code[]>('GET', '/settings/tfaappcodes', token)).body.response;
  const renew = (token: string) => client.authorized<Code[]>('PUT', '/settings/tfaappnewcodes', token);
  const storedFor = (id: string) =>
    app.rows<{ kept: boolean }>(
      sql`SELECT code_sealed IS NOT NULL AS kept FROM backup_codes WHERE account_id = ${id}`,
    );

  it('come with the first right code of an authenticator that the operator made, and stay', async () => {
    const { id, email, authenticator } = await account();
    expect((await client.verify(email, '000000')).status).toBe(401);
    expect(await storedFor(id)).toEqual([]);
    const codes = await read(await signIn(email, authenticator.code()));
    expect(codes).toHaveLength(5);
    app.clock.advanceSeconds(30);
    expect(await read(await signIn(email, authenticator.code()))).toEqual(codes);
    const token = await signIn(email, codes[0]?.code as string);
    expect((await read(token)).filter(({ isUsed }) => isUsed)).toEqual([{ ...codes[0], isUsed: true }]);
  });

  it('come with a code that is shown by the key of a step, too', async () => {
    const { id, email, authenticator } = await account();
    const { confirmUrl } = (await client.signIn(email)).body.response;
    const headers = { confirm: new URL(confirmUrl as string).search.slice(1) };
    const body = { code: authenticator.code() };
    expect((await client.call('POST', '/settings/tfaapp/validate', body, headers)).status).toBe(200);
    expect(await storedFor(id)).toHaveLength(5);
  });

  it('come here first for an authenticator that another protocol has used already', async () => {
    const { id, email, authenticator } = await account();
    const navixy = new NavixyClient(app);
    const { body } = await navixy.signIn(email);
    await navixy.verify(body.hash, authenticator.code());
    expect(await app.rows(sql`SELECT FROM totp_factors WHERE account_id = ${id} AND last_step > 0`)).toEqual([
      {},
    ]);
    expect(await storedFor(id)).toEqual([]);
    expect(await read(await signIn(email, authenticator.code(30)))).toHaveLength(5);
  });

  it('are not made where the account has some, be they of another protocol or used', async () => {
    const elsewhere = await account();
    const form = { count: 2, length: 8 } as const;
    const issuer = app.nest.get(BackupCodes, { strict: false });
    const { codes, parts } = issuer.issue(app.operatorCall(), elsewhere.id, form, ofAccount(elsewhere.id));
    await app.nest.get(Database).rows(statement(parts.backup_codes_issued, parts));
    await signIn(elsewhere.email, elsewhere.authenticator.code());
    expect(await storedFor(elsewhere.id)).toEqual([{ kept: false }, { kept: false }]);
    await signIn(elsewhere.email, codes[0] as string);

    const spent = await account();
    await signIn(spent.email, spent.authenticator.code());
    await app.rows(sql`UPDATE backup_codes SET used_at = created_at WHERE account_id = ${spent.id}`);
    const token = await signIn(spent.email, spent.authenticator.code(30));
    expect((await read(token)).map(({ isUsed }) => isUsed)).toEqual([true, true, true, true, true]);
  });

  it('are 401 without a token, 403 for a session that was not signed in lately', async () => {
    const { email, authenticator } = await account();
    const token = await signIn(email, authenticator.code());
    for (const [method, path] of [
      ['GET', '/settings/tfaappcodes'],
      ['PUT', '/settings/tfaappnewcodes'],
    ] as const) {
      expect((await client.call(method, path)).status).toBe(401);
      expect((await client.authorized(method, path, token)).status).toBe(200);
    }
    app.clock.advanceSeconds(900);
    expect((await client.authorized('GET', '/settings/tfaappcodes', token)).status).toBe(403);
    expect((await renew(token)).status).toBe(403);
  });

  it('abuse: two right codes at once, in two processes, yield one set', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { id, email, authenticator } = await account();
      const codes = [authenticator.code(), authenticator.code(30)];
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => (i % 2 ? client : other).verify(email, codes[i % 2] as string)),
      );
      expect(answers.some(({ status }) => status === 200)).toBe(true);
      expect(await storedFor(id)).toHaveLength(5);
    }
  });

  it('abuse: of 16 renewals at once, in two processes, the codes of one are good, those of all others void', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { email, authenticator } = await account();
      const token = await signIn(email, authenticator.code());
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, i) =>
          (i % 2 ? client : other).authorized<Code[]>('PUT', '/settings/tfaappnewcodes', token),
        ),
      );
      const good = (await read(token)).map(({ code }) => code).sort();
      const told = answers.map(({ body }) => body.response.map(({ code }) => code).sort());
      expect(told.filter((codes) => codes.join() === good.join())).toHaveLength(1);
    }
  });
});
