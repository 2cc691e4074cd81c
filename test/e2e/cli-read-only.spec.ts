import { sql } from '@app/database';
import { PASSWORD, TestCli } from '../support/test-cli.js';

/** A replica of the database refuses every write, as this one does. */
describe('on a database that takes no writes', () => {
  let cli: TestCli;
  beforeAll(async () => {
    cli = await TestCli.start();
    await cli.json(['account', 'create', '--email', 'a@example.com', '--password-stdin'], PASSWORD);
    const name = new URL(cli.databaseUrl).pathname.slice(1);
    await cli.rows(sql`SELECT set_config('countersign.database', ${name}, false)`);
    await cli.rows(sql`
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_setting('countersign.database')); END $$`);
  });
  afterAll(() => cli.stop());

  it.each([
    [['audit', 'export'], ''],
    [['audit', 'tail', '--no-follow'], 'account.create'],
    [['attempt', 'explain', 'a@example.com'], ''],
    [['account', 'show', 'a@example.com'], 'a@example.com'],
  ])('%s reads', async (command, said) => {
    const { code, out } = await cli.run(command);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(said) });
  });

  it('what would write is refused with a sentence', async () => {
    const { code, err } = await cli.run(['account', 'disable', 'a@example.com']);
    expect(code).not.toBe(0);
    expect(err).not.toMatch(/\n\s+at /);
  });
});
