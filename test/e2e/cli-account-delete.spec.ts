import { sql } from '@app/database';
import { TestCli } from '../support/test-cli.js';

describe('account delete and account restore', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const isThere = async (id: string) =>
    (await cli.rows(sql`SELECT FROM accounts WHERE id = ${id}`)).length === 1;

  it('shut the account, say when it will be deleted, and keep it after all', async () => {
    const { id, email } = await cli.createAccount();
    await cli.addSession(id);
    const { code, out } = await cli.run(['account', 'delete', email]);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /^The account is shut, and will be deleted \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ; 1 session ended\.\n$/,
      ),
    ]);
    expect((await cli.run(['account', 'show', email])).out).toMatch(/^will be deleted +\d{4}-/m);
    expect(await cli.json(['account', 'show', email])).toMatchObject({ deletionDueAt: expect.any(String) });
    expect(await cli.run(['account', 'delete', email])).toEqual({
      code: 1,
      out: '',
      err: 'The account is to be deleted already: `account show` says when.\n',
    });
    expect(await cli.run(['account', 'enable', email])).toEqual({
      code: 1,
      out: '',
      err: 'The account is to be deleted: take that back with `account restore` first.\n',
    });
    expect(await cli.run(['account', 'restore', email])).toEqual({
      code: 0,
      out: 'The account stays, and is open again.\n',
      err: '',
    });
    expect(await cli.run(['account', 'restore', email])).toEqual({
      code: 1,
      out: '',
      err: 'The account is not to be deleted.\n',
    });
    expect(await cli.json(['account', 'show', email])).toMatchObject({
      deletionDueAt: null,
      disabledAt: null,
    });
  });

  it('delete at once with --now, and where there is no delay, and nothing restores it', async () => {
    const [one, other] = [await cli.createAccount(), await cli.createAccount()];
    expect(await cli.json(['account', 'delete', one.email, '--now'])).toMatchObject({
      id: one.id,
      deleted: true,
      sessionsEnded: 0,
    });
    const without = { DELETION_DELAY_SECONDS: '0' };
    const { out } = await cli.run(['account', 'delete', other.email], '', without);
    expect(out).toBe('The account is deleted; 0 sessions ended.\n');
    expect([await isThere(one.id), await isThere(other.id)]).toEqual([false, false]);
    expect(await cli.run(['account', 'restore', one.email])).toEqual({
      code: 1,
      out: '',
      err: `No account has the id or identifier ${one.email}. What is deleted cannot be restored.\n`,
    });
  });

  it('say of an account that was disabled before that it stays so', async () => {
    const { email } = await cli.createAccount();
    await cli.run(['account', 'disable', email]);
    await cli.run(['account', 'delete', email]);
    expect((await cli.run(['account', 'restore', email])).out).toBe(
      'The account stays, and is disabled as before.\n',
    );
  });

  it('name in the audit log who did it, and keep that when the account is gone', async () => {
    const { id, email } = await cli.createAccount();
    await cli.run(['account', 'delete', email, '--now']);
    const rows = await cli.rows<{
      event: string;
      outcome: string;
      client_address: string;
      agent: number;
    }>(sql`
      SELECT event, outcome, client_address, length(user_agent) AS agent FROM audit_events WHERE account_id = ${id} ORDER BY id`);
    expect(rows.map(({ event, outcome }) => `${event} ${outcome}`)).toEqual([
      'account.create done',
      'account.delete asked',
      'account.delete deleted',
    ]);
    for (const { client_address, agent } of rows)
      expect([client_address, agent > 0]).toEqual(['local', true]);
  });

  it.each(['delete', 'restore'])('refuse with %s an account that nobody has', async (name) => {
    const { code, err } = await cli.run(['account', name, 'nobody@example.com']);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('No account has the id or identifier nobody@example.com.'),
    ]);
  });
});
