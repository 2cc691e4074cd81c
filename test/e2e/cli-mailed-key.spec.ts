import { sql } from '@app/database';
import { TestCli } from '../support/test-cli.js';

describe('account invite and account mail-key', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const invite = (...args: string[]) => cli.run(['account', 'invite', ...args]);
  const accountOf = async (email: string) =>
    (await cli.rows<Record<string, unknown>>(sql`SELECT * FROM accounts WHERE email = ${email}`))[0];
  const keysOf = (id: string) =>
    cli.rows<{
      purpose: string;
      status: string;
      protocol: string;
      template: string;
      recipient: string;
      language: string;
    }>(sql`
      SELECT a.purpose, a.status, a.protocol, m.template, m.recipient, m.language
      FROM attempts a JOIN messages m ON m.attempt_id = a.id WHERE a.account_id = ${id}::bigint ORDER BY a.id`);

  it('makes an account that waits for its owner, without a password, and leaves its key in the outbox', async () => {
    const { code, out, err } = await invite(
      '--email',
      'New@example.com',
      '--language',
      'de',
      '--second-factor',
      'totp',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [id = '', sentence] = out.split('\n');
    expect(sentence).toMatch(
      /^A key goes to new@example\.com, good until \S+ \S* ?\(attempt \d+\)\.$|^A key goes to new@example\.com, good until .+ \(attempt \d+\)\.$/,
    );
    expect(await accountOf('new@example.com')).toMatchObject({
      id,
      activated_at: null,
      password_hash: null,
      second_factor: 'totp',
    });
    expect(await keysOf(id)).toEqual([
      {
        purpose: 'invitation',
        status: 'open',
        protocol: 'docspace',
        template: 'invitation',
        recipient: 'new@example.com',
        language: 'de',
      },
    ]);
  });

  it('mails a key again in the place of the one before, and another kind to who has been there', async () => {
    const { id } = await cli.json<{ id: string }>(['account', 'invite', '--email', 'again@example.com']);
    expect((await cli.run(['account', 'mail-key', id])).code).toBe(0);
    expect((await keysOf(id)).map(({ purpose, status }) => `${purpose} ${status}`)).toEqual([
      'invitation superseded',
      'invitation open',
    ]);
    await cli.rows(sql`UPDATE accounts SET activated_at = now() WHERE id = ${id}::bigint`);
    expect((await cli.run(['account', 'mail-key', 'again@example.com'])).code).toBe(0);
    expect((await keysOf(id)).at(-1)).toMatchObject({
      purpose: 'sign_in_key',
      template: 'sign_in_key',
      status: 'open',
    });
  });

  it('is recorded with its attempt, so that it can be explained', async () => {
    const { id, attemptId } = await cli.json<{ id: string; attemptId: string }>([
      ...['account', 'invite', '--email', 'explained@example.com'],
    ]);
    const [event] = await cli.rows(
      sql`SELECT event, outcome, attempt_id FROM audit_events WHERE account_id = ${id}::bigint`,
    );
    expect(event).toEqual({ event: 'account.invite', outcome: 'done', attempt_id: attemptId });
    expect((await cli.run(['attempt', 'explain', attemptId])).out).toContain(
      'invitation with a link as first factor, by docspace',
    );
  });

  it('prints no key, and needs none on the command line', async () => {
    await invite('--email', 'quiet@example.com');
    expect(cli.said).not.toMatch(/key=/);
  });

  it.each([
    ['no address', [], 2],
    ['the mailbox as second factor', ['--email', 'x@example.com', '--second-factor', 'email'], 2],
    ['something that is no address', ['--email', 'nobody'], 2],
    ['an address that is taken', ['--email', 'taken@example.com'], 1],
  ])('refuses an invitation with %s in a sentence, and makes no account', async (_, args, code) => {
    if (code === 1) await cli.run(['account', 'invite', '--email', 'taken@example.com']);
    const before = await cli.rows(sql`SELECT id FROM accounts`);
    const answer = await invite(...args);
    expect([answer.code, answer.out]).toEqual([code, '']);
    expect(answer.err).toMatch(/\S/);
    expect(await cli.rows(sql`SELECT id FROM accounts`)).toEqual(before);
  });

  it('mails no key to an account that is disabled, that has no address, or whose second factor is the mailbox', async () => {
    const disabled = await cli.createAccount();
    await cli.run(['account', 'disable', disabled.id]);
    const mailed = await cli.createAccount('--second-factor', 'email');
    const { id } = await cli.createAccount();
    await cli.rows(sql`UPDATE accounts SET email = NULL WHERE id = ${id}::bigint`);
    for (const [account, why] of [
      [disabled.id, 'disabled'],
      [mailed.id, 'mailbox that is the second factor'],
      [id, 'no e-mail address'],
    ] as const) {
      const { code, err } = await cli.run(['account', 'mail-key', account]);
      expect([code, err]).toEqual([1, expect.stringContaining(why)]);
      expect(await keysOf(account)).toEqual([]);
    }
  });
});
