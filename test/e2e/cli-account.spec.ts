import { compile, sql } from '@app/database';
import { Client } from 'pg';
import { insertSession, PASSWORD, TestCli } from '../support/test-cli.js';
import { until } from '../support/until.js';

describe('the account commands', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const endsOf = (accountId: string) =>
    cli.rows<{ stage: string; end_reason: string | null }>(
      sql`SELECT stage, end_reason FROM sessions WHERE account_id = ${accountId} ORDER BY id`,
    );
  const events = async (accountId: string) =>
    (
      await cli.rows<{ event: string }>(
        sql`SELECT event FROM audit_events WHERE account_id = ${accountId} ORDER BY id`,
      )
    ).map(({ event }) => event);

  it.each([['show'], ['disable'], ['enable'], ['unlock'], ['second-factor', 'totp']])(
    '%s refuses an account that nobody has',
    async (name, ...rest) => {
      for (const nobody of [
        'nobody@example.com',
        '+15550001111',
        'nobody',
        '1234567890123456789',
        '9'.repeat(19),
      ]) {
        const sentence = `No account has the id or identifier ${nobody}.`;
        const command = ['account', name, nobody, ...rest];
        expect(await cli.run(command)).toEqual({ code: 1, out: '', err: `${sentence}\n` });
        expect(await cli.run([...command, '--json'])).toEqual({
          code: 1,
          out: '',
          err: `${JSON.stringify({ error: sentence })}\n`,
        });
      }
    },
  );

  it.each(['show', 'disable', 'enable', 'unlock', 'second-factor'])(
    '%s without an account is a wrong command line',
    async (name) => {
      expect(await cli.run(['account', name])).toMatchObject({
        code: 2,
        err: "Missing required argument 'account'.\n",
      });
    },
  );

  it.each(['show', 'disable', 'enable', 'unlock', 'second-factor', 'create'])(
    '%s --help shows an example',
    async (name) => {
      const { code, out } = await cli.run(['account', name, '--help']);
      expect(code).toBe(0);
      expect(out).toContain(`Example:\n  npm run cli -- account ${name}`);
      expect(out).toContain('--json');
    },
  );

  describe('show', () => {
    it('finds an account by anything it is known by, however it is typed', async () => {
      const { id, uuid, email, username, phone } = await cli.createAccount();
      for (const name of [
        id,
        uuid,
        uuid.toUpperCase(),
        email.toUpperCase(),
        ` ${username} `,
        phone.replace('+44', '+44 '),
      ]) {
        expect(await cli.json(['account', 'show', name])).toMatchObject({ id });
      }
    });

    it('takes an id for an id, even when somebody has chosen it as a user name', async () => {
      const [account, impostor] = [await cli.createAccount(), await cli.createAccount()];
      for (const id of [account.id, account.uuid]) {
        await cli.rows(sql`UPDATE accounts SET username = ${id} WHERE id = ${impostor.id}`);
        expect(await cli.json(['account', 'show', id])).toMatchObject({ id: account.id });
      }
    });

    it('says everything but the password', async () => {
      const account = await cli.createAccount('--org', '7', '--tenant', 'acme', '--second-factor', 'totp');
      const answer = await cli.json(['account', 'show', account.id]);
      expect(answer).toEqual({
        ...{
          id: account.id,
          uuid: account.uuid,
          email: account.email,
          username: account.username,
          phone: account.phone,
        },
        ...{ secondFactor: 'totp', orgId: '7', tenantId: 'acme', language: 'en' },
        ...{
          invitedAt: null,
          activatedAt: expect.any(String),
          createdAt: expect.any(String),
          updatedAt: expect.any(String),
          disabledAt: null,
          deletionDueAt: null,
        },
        ...{ liveSessions: 0, passwordLockedUntil: null, codesRefusedUntil: null, identities: [] },
        ...{ guardedUntil: null, suppressed: [] },
      });
      const { out } = await cli.run(['account', 'show', account.id]);
      expect(out).toMatch(/^e-mail {2,}a\d+@example\.com$/m);
      expect(out).toMatch(/^disabled {2,}–$/m);
    });

    it('prints what a client made up about itself without letting it move the cursor', async () => {
      const { id } = await cli.createAccount();
      await cli.rows(sql`UPDATE accounts SET org_id = ${'7\x1b[2J'} WHERE id = ${id}`);
      expect((await cli.run(['account', 'show', id])).out).not.toContain('\x1b');
    });
  });

  describe('disable', () => {
    it('shuts the account, ends its live sessions and records it', async () => {
      const { id, email } = await cli.createAccount();
      for (const stage of ['signed_in', 'pending']) await cli.addSession(id, { stage });
      await cli.addSession(id, { lifeSeconds: -1 });
      expect(await cli.json(['account', 'disable', email])).toEqual({ id, sessionsEnded: 2 });
      expect(new Set((await endsOf(id)).map((each) => each.end_reason))).toEqual(new Set(['disabled']));
      expect((await cli.json(['account', 'show', id])).disabledAt).not.toBeNull();
      expect(await events(id)).toEqual(['account.create', 'account.disable']);
    });

    it('keeps the time of the first when it is said twice', async () => {
      const { id } = await cli.createAccount();
      await cli.run(['account', 'disable', id]);
      const { disabledAt } = await cli.json(['account', 'show', id]);
      expect(await cli.run(['account', 'disable', id])).toEqual({
        code: 0,
        out: 'The account is disabled; 0 sessions ended.\n',
        err: '',
      });
      expect((await cli.json(['account', 'show', id])).disabledAt).toBe(disabledAt);
    });

    it('waits for a sign-in that holds the account, and ends the session it makes', async () => {
      const { id } = await cli.createAccount();
      const other = new Client({ connectionString: cli.databaseUrl });
      await other.connect();
      await other.query('BEGIN');
      await other.query('SELECT FROM accounts WHERE id = $1 FOR SHARE', [id]);
      const disabling = cli.json(['account', 'disable', id]);
      const waiting = sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await until(async () => (await cli.rows(waiting)).length > 0, 'the wait for the lock');
      const late = compile(insertSession('1', id));
      await other.query(late.text, late.values);
      await other.query('COMMIT');
      await other.end();
      expect(await disabling).toEqual({ id, sessionsEnded: 1 });
      expect(await endsOf(id)).toEqual([{ stage: 'signed_in', end_reason: 'disabled' }]);
    });
  });

  it('enable opens a disabled account and leaves its ended sessions ended', async () => {
    const { id } = await cli.createAccount();
    await cli.addSession(id);
    await cli.run(['account', 'disable', id]);
    expect(await cli.run(['account', 'enable', id])).toEqual({
      code: 0,
      out: 'The account is enabled.\n',
      err: '',
    });
    expect(await cli.json(['account', 'show', id])).toMatchObject({ disabledAt: null, liveSessions: 0 });
    expect(await events(id)).toEqual(['account.create', 'account.disable', 'account.enable']);
  });

  it('says no password and no verifier', () => {
    expect(cli.said).not.toContain(PASSWORD);
    expect(cli.said).not.toContain('argon2');
  });
});
