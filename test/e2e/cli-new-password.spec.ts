import { sql } from '@app/database';
import { PASSWORD, TestCli } from '../support/test-cli.js';

describe('account password', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const change = (account: string) => ['account', 'password', account, '--password-stdin'];
  const verifierOf = async (id: string) =>
    (await cli.rows<{ password_hash: string }>(sql`SELECT password_hash FROM accounts WHERE id = ${id}`))[0]
      ?.password_hash;

  it('gives the account another password, and ends its sessions, pending ones too', async () => {
    const { id, email } = await cli.createAccount('--second-factor', 'email');
    const before = await verifierOf(id);
    for (const stage of ['signed_in', 'pending']) await cli.addSession(id, { stage });
    expect(await cli.json(change(email), 'gelbe Kanne im Schnee 7')).toEqual({ id, sessionsEnded: 2 });
    expect(await verifierOf(id)).not.toBe(before);
    const sessions = sql`SELECT DISTINCT end_reason FROM sessions WHERE account_id = ${id}`;
    expect(await cli.rows(sessions)).toEqual([{ end_reason: 'password_changed' }]);
    const events = sql`SELECT event, outcome FROM audit_events WHERE account_id = ${id} AND event <> 'account.create'`;
    expect(await cli.rows(events)).toEqual([{ event: 'account.password', outcome: 'done' }]);
  });

  it('forgets wrong passwords, and ends what was made for the account before', async () => {
    const { id, email } = await cli.createAccount();
    await cli.rows(sql`
      INSERT INTO password_failures (key, login, failures, counts_until)
      VALUES ('key', ${`account ${id}`}, 20, now() + interval '1 hour')`);
    expect((await cli.run(change(email), 'gelbe Kanne im Schnee 7')).out).toBe(
      'The password is changed; 0 sessions ended.\n',
    );
    expect(await cli.rows(sql`SELECT FROM password_failures WHERE login = ${`account ${id}`}`)).toEqual([]);
    expect(await cli.rows(sql`SELECT security_stamp FROM accounts WHERE id = ${id}`)).toEqual([
      { security_stamp: 1 },
    ]);
  });

  it('takes no password as an argument, none that is too short, and nobody’s account', async () => {
    const { id, email } = await cli.createAccount();
    const before = await verifierOf(id);
    expect((await cli.run(['account', 'password', email], PASSWORD)).code).toBe(2);
    expect(await cli.run(change(email), '1234567')).toMatchObject({ code: 1, out: '' });
    expect(await cli.run(change('nobody@example.com'), PASSWORD)).toMatchObject({ code: 1, out: '' });
    expect(await verifierOf(id)).toBe(before);
  });
});
