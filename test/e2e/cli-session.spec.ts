import { sql } from '@app/database';
import { TestCli } from '../support/test-cli.js';

describe('the session commands', () => {
  let cli: TestCli;
  let made = 0;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  async function account(): Promise<{ id: string; email: string }> {
    const email = `s${(made += 1)}@example.com`;
    const command = ['account', 'create', '--email', email, '--password-stdin'];
    return { ...(await cli.json<{ id: string }>(command, 'correct horse battery')), email };
  }

  async function session(
    accountId: string,
    { stage = 'signed_in', lifeSeconds = 3600, ended = false } = {},
  ): Promise<string> {
    const id = String(1000 + (made += 1));
    await cli.rows(sql`
      INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
        signed_in_at, expires_at, ended_at, end_reason)
      VALUES (${id}, ${accountId}, 'navixy', ${stage}, ${`hash-of-${id}`}, '[{"method": "pwd", "at": "2026-01-01T00:00:00Z"}]',
        '192.0.2.1', ${'curl\x1b[2J'}, now(), CASE WHEN ${stage === 'signed_in'}::boolean THEN now() END,
        now() + ${lifeSeconds} * interval '1 second',
        CASE WHEN ${ended}::boolean THEN now() END, CASE WHEN ${ended}::boolean THEN 'logout' END)`);
    return id;
  }
  const liveOf = async (email: string) =>
    (await cli.json<{ sessions: { id: string }[] }>(['session', 'list', email])).sessions.map(({ id }) => id);
  const endsOf = (accountId: string) =>
    cli.rows<{ end_reason: string }>(
      sql`SELECT end_reason FROM sessions WHERE account_id = ${accountId} ORDER BY id`,
    );

  describe('list', () => {
    it('says everything about the live sessions but the hash, the newest first', async () => {
      const { id, email } = await account();
      const older = await session(id);
      const newer = await session(id, { stage: 'pending' });
      await session(id, { lifeSeconds: -1 });
      await session(id, { ended: true });
      const { sessions } = await cli.json<{ sessions: object[] }>(['session', 'list', email]);
      const common = {
        protocol: 'navixy',
        clientAddress: '192.0.2.1',
        userAgent: 'curl\x1b[2J',
        createdAt: expect.any(String),
      };
      const rest = {
        ...common,
        amr: [{ method: 'pwd', at: '2026-01-01T00:00:00Z' }],
        expiresAt: expect.any(String),
      };
      expect(sessions).toEqual([
        { id: newer, stage: 'pending', signedInAt: null, ...rest },
        { id: older, stage: 'signed_in', signedInAt: expect.any(String), ...rest },
      ]);
    });

    it('prints them for people, without letting a client move the cursor', async () => {
      const { id, email } = await account();
      await session(id);
      await session(id, { stage: 'pending' });
      const { code, out } = await cli.run(['session', 'list', email]);
      expect(code).toBe(0);
      expect(out).toMatch(/^stage {2,}waits for the second factor$[^]*^stage {2,}signed in$/m);
      expect(out).toMatch(/^browser {2,}curl\uFFFD\[2J$/m);
    });

    it('says that there are none', async () => {
      const { email } = await account();
      expect(await cli.run(['session', 'list', email])).toEqual({
        code: 0,
        out: 'No live sessions.\n',
        err: '',
      });
    });
  });

  describe('revoke', () => {
    it('ends one session by its id, and records it', async () => {
      const { id, email } = await account();
      const [kept, gone] = [await session(id), await session(id)];
      expect(await cli.run(['session', 'revoke', gone])).toEqual({
        code: 0,
        out: 'The session is ended.\n',
        err: '',
      });
      expect(await liveOf(email)).toEqual([kept]);
      const record = sql`SELECT event, outcome, protocol, account_id, session_id FROM audit_events WHERE session_id = ${gone}`;
      expect(await cli.rows(record)).toEqual([
        { event: 'session.end', outcome: 'revoked', protocol: 'cli', account_id: id, session_id: gone },
      ]);
    });

    it('ends all sessions of an account, and tells how many were live', async () => {
      const { id, email } = await account();
      for (const options of [{}, { stage: 'pending' }, { lifeSeconds: -1 }]) await session(id, options);
      expect(await cli.json(['session', 'revoke', email])).toEqual({ sessionsEnded: 2 });
      expect(await endsOf(id)).toEqual(Array(3).fill({ end_reason: 'revoked' }));
      expect(await cli.run(['session', 'revoke', email])).toEqual({
        code: 0,
        out: '0 sessions ended.\n',
        err: '',
      });
    });

    it('leaves the reason of a session that has ended before', async () => {
      const { id, email } = await account();
      const ended = await session(id, { ended: true });
      expect(await cli.run(['session', 'revoke', ended])).toMatchObject({ code: 1 });
      await cli.run(['session', 'revoke', email]);
      expect(await endsOf(id)).toEqual([{ end_reason: 'logout' }]);
    });

    it('lets one of two win who end the same session at once', async () => {
      const { id } = await account();
      const target = await session(id);
      const codes = (await Promise.all([1, 2].map(() => cli.run(['session', 'revoke', target])))).map(
        ({ code }) => code,
      );
      expect(codes.sort()).toEqual([0, 1]);
    });
  });

  it.each([
    ['list', 'No account has'],
    ['revoke', 'No live session and no account has'],
  ])('%s refuses what nobody has', async (name, nobody) => {
    for (const reference of ['nobody@example.com', '424242', '9'.repeat(19), '9'.repeat(40)]) {
      const sentence = `${nobody} the id or identifier ${reference}.`;
      expect(await cli.run(['session', name, reference, '--json'])).toEqual({
        code: 1,
        out: '',
        err: `${JSON.stringify({ error: sentence })}\n`,
      });
    }
    expect(await cli.run(['session', name])).toMatchObject({ code: 2 });
    expect((await cli.run(['session', name, '--help'])).out).toContain(`npm run cli -- session ${name}`);
  });

  it('never says the hash of a credential', () => {
    expect(cli.said).not.toContain('hash-of-');
  });
});
