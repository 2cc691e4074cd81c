import { sql } from '@app/database';
import { PASSWORD, TestCli } from '../support/test-cli.js';

describe('account second-factor', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const change = (account: string, factor: string) => ['account', 'second-factor', account, factor];

  it('ends the sign-ins that wait for the old factor, and no other session', async () => {
    const { id, email } = await cli.createAccount('--second-factor', 'sms');
    for (const stage of ['signed_in', 'pending']) await cli.addSession(id, { stage });
    expect(await cli.json(change(email, 'email'))).toEqual({ id, secondFactor: 'email', sessionsEnded: 1 });
    const sessions = sql`SELECT stage, end_reason FROM sessions WHERE account_id = ${id} ORDER BY id`;
    expect(await cli.rows(sessions)).toEqual([
      { stage: 'signed_in', end_reason: null },
      { stage: 'pending', end_reason: 'second_factor_changed' },
    ]);
    const events = sql`SELECT event, outcome FROM audit_events WHERE account_id = ${id} AND event <> 'account.create'`;
    expect(await cli.rows(events)).toEqual([{ event: 'account.second_factor', outcome: 'done' }]);
  });

  it('gives a new authenticator each time, and forgets it when another factor takes its place', async () => {
    const { id } = await cli.createAccount();
    const factors = sql`SELECT secret_sealed FROM totp_factors WHERE account_id = ${id}`;
    const first = await cli.run(change(id, 'totp'));
    expect(first.out).toMatch(/^The second factor is totp\.\notpauth:\/\/totp\/\S+\n$/);
    const before = await cli.rows(factors);
    const second = await cli.json(change(id, 'totp'));
    expect(first.out).not.toContain(second.otpauthUri);
    expect(await cli.rows(factors)).not.toEqual(before);
    await cli.run(change(id, 'none'));
    expect(await cli.rows(factors)).toEqual([]);
  });

  it('forgets backup codes, and a set-up that was begun', async () => {
    const { id } = await cli.createAccount('--second-factor', 'totp');
    await cli.rows(
      sql`INSERT INTO backup_codes (account_id, code_hash, created_at) VALUES (${id}, 'hash', now())`,
    );
    await cli.rows(sql`
      INSERT INTO factor_setups (account_id, factor, phone, created_at, expires_at)
      VALUES (${id}, 'sms', '+442079460999', now(), now())`);
    await cli.run(change(id, 'totp'));
    expect(await cli.rows(sql`SELECT FROM backup_codes WHERE account_id = ${id}`)).toEqual([]);
    expect(await cli.rows(sql`SELECT FROM factor_setups WHERE account_id = ${id}`)).toEqual([]);
  });

  it.each([
    ['email', '--username', 'mailless', 'an e-mail address'],
    ['sms', '--email', 'phoneless@example.com', 'a phone number'],
  ])('refuses %s for an account that cannot be reached so', async (factor, option, name, missing) => {
    await cli.json(['account', 'create', option, name, '--password-stdin'], PASSWORD);
    expect(await cli.run(change(name, factor))).toEqual({
      code: 1,
      out: '',
      err: `The second factor ${factor} needs ${missing}, and the account has none.\n`,
    });
    expect(await cli.json(['account', 'show', name])).toMatchObject({ secondFactor: 'none' });
  });

  it('is a wrong command line with a factor that does not exist', async () => {
    expect(await cli.run(change('anna@example.com', 'fax'))).toEqual({
      code: 2,
      out: '',
      err: '<factor>: has to be one of none, email, sms, totp.\n',
    });
  });

  it('leaves one whole authenticator when two change it at once', async () => {
    const { id } = await cli.createAccount();
    const answers = await Promise.all([1, 2].map(() => cli.run(change(id, 'totp'))));
    // Whoever read the account before the other changed it is told: nobody is given an authenticator that another has replaced unseen.
    const [done, refused] = [answers.filter(({ code }) => !code), answers.filter(({ code }) => code)];
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ out }) => out)).size).toBe(done.length);
    for (const { err } of refused) expect(err).toBe('The account has been changed meanwhile.\n');
    expect(await cli.rows(sql`SELECT FROM totp_factors WHERE account_id = ${id}`)).toHaveLength(1);
    expect(await cli.json(['account', 'show', id])).toMatchObject({ secondFactor: 'totp' });
  });
});
