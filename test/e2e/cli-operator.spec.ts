import { sql } from '@app/database';
import { TestCli } from '../support/test-cli.js';

interface Invited {
  id: string;
  email: string;
  role: string;
  expiresAt: string;
  link: string;
}
interface Listed {
  operators: { id: string; email: string; role: string; state: string }[];
}

describe('operator', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const invite = (email: string, role = 'support') =>
    cli.json<Invited>(['operator', 'invite', email, '--role', role]);
  const list = async () => (await cli.json<Listed>(['operator', 'list'])).operators;
  const tokenOf = ({ link }: Invited) => new URL(link).searchParams.get('token') as string;

  it('invites somebody by a link of a day, of which nothing is stored that opens it', async () => {
    const invited = await invite('Anna@Example.com', 'admin');
    expect(invited).toMatchObject({ email: 'anna@example.com', role: 'admin' });
    expect(invited.link).toMatch(/^http:\/\/localhost:3000\/console\/invitation\?token=[\w-]{43}$/);
    expect(Math.round((Date.parse(invited.expiresAt) - Date.now()) / 60_000)).toBe(24 * 60);
    const rows = await cli.rows<{ row: string }>(sql`SELECT o::text AS row FROM operators o`);
    expect(rows.some(({ row }) => row.includes(tokenOf(invited)))).toBe(false);
    expect(await list()).toContainEqual(
      expect.objectContaining({ id: invited.id, email: 'anna@example.com', role: 'admin', state: 'invited' }),
    );
  });

  it('invites nobody twice, in whatever spelling, also when two are invited at once', async () => {
    const command = (email: string) => cli.run(['operator', 'invite', email, '--role', 'support']);
    const codes = (await Promise.all([command('twice@example.com'), command('TWICE@example.com')])).map(
      ({ code }) => code,
    );
    expect(codes.sort()).toEqual([0, 1]);
    const { code, err } = await command('twice@example.com');
    expect([code, err]).toEqual([1, expect.stringContaining('operator reset makes a new invitation')]);
  });

  it.each([
    [['operator', 'invite', 'bad', '--role', 'support'], 'e-mail address'],
    [['operator', 'invite', 'role@example.com'], 'role'],
    [['operator', 'invite', 'role@example.com', '--role', 'root'], 'support, admin'],
  ])('refuses %j as a command line that cannot be meant', async (command, about) => {
    const { code, err } = await cli.run(command);
    expect([code, err]).toEqual([2, expect.stringContaining(about)]);
  });

  it('gives a new link in the place of the one before', async () => {
    const first = await invite('lost@example.com');
    const second = await cli.json<Invited>(['operator', 'reset', 'lost@example.com']);
    expect(second).toMatchObject({ id: first.id, email: 'lost@example.com', role: 'support' });
    expect(tokenOf(second)).not.toBe(tokenOf(first));
  });

  it('removes somebody, and says so when there is nobody', async () => {
    await invite('gone@example.com');
    expect(await cli.json(['operator', 'remove', 'gone@example.com'])).toEqual({
      removed: 'gone@example.com',
    });
    expect((await list()).map(({ email }) => email)).not.toContain('gone@example.com');
    for (const verb of ['remove', 'reset']) {
      const { code, err } = await cli.run(['operator', verb, 'gone@example.com']);
      expect([code, err]).toEqual([1, expect.stringContaining('No operator has the address')]);
    }
  });

  it('records each change, with who was meant', async () => {
    await invite('told@example.com');
    await cli.json(['operator', 'reset', 'told@example.com']);
    await cli.json(['operator', 'remove', 'told@example.com']);
    const events = await cli.rows<{ event: string; protocol: string }>(
      sql`SELECT event, protocol FROM audit_events WHERE event LIKE '% told@example.com' ORDER BY id`,
    );
    expect(events).toEqual(
      ['invite', 'reset', 'remove'].map((verb) => ({
        event: `operator.${verb} told@example.com`,
        protocol: 'cli',
      })),
    );
  });
});
