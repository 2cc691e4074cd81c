import { sql } from '@app/database';
import { TestCli } from '../support/test-cli.js';

const provider = (name: string, issuer: string) => ({
  name,
  issuer,
  clientId: 'countersign',
  redirectUri: 'https://app.example.com/callback',
});
const OIDC_PROVIDERS = JSON.stringify([
  provider('Acme', 'https://id.acme.example'),
  provider('other', 'https://id.other.example'),
]);

describe('account link and account unlink', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const run = (...args: string[]) => cli.run(['account', ...args], '', { OIDC_PROVIDERS });
  const linked = (id: string) =>
    cli.rows(
      sql`SELECT provider, issuer, subject FROM external_identities WHERE account_id = ${id}::bigint ORDER BY provider`,
    );

  it('lets an identity open an account, which `show` tells, and takes it away again', async () => {
    const { id, email } = await cli.createAccount();
    expect((await run('link', email, 'ACME', '24400320')).code).toBe(0);
    expect(await linked(id)).toEqual([
      { provider: 'Acme', issuer: 'https://id.acme.example', subject: '24400320' },
    ]);
    expect((await run('show', email)).out).toContain('Acme (24400320)');
    const shown = await cli.json<{ identities: object[] }>(['account', 'show', email]);
    expect(shown.identities).toEqual([
      {
        provider: 'Acme',
        issuer: 'https://id.acme.example',
        subject: '24400320',
        linkedAt: expect.any(String),
      },
    ]);
    expect((await run('unlink', email, 'acme')).code).toBe(0);
    expect(await linked(id)).toEqual([]);
    const events = await cli.rows<{ event: string }>(
      sql`SELECT event FROM audit_events WHERE account_id = ${id}::bigint ORDER BY id`,
    );
    expect(events.map(({ event }) => event)).toEqual(['account.create', 'account.link', 'account.unlink']);
  });

  it('links one identity of each provider, and none that opens an account already', async () => {
    const [one, two] = [await cli.createAccount(), await cli.createAccount()];
    await run('link', one.id, 'acme', 'subject');
    await run('link', one.id, 'other', 'subject');
    expect(await linked(one.id)).toHaveLength(2);
    const second = await run('link', one.id, 'acme', 'another');
    expect([second.code, second.err]).toEqual([1, expect.stringContaining('unlink that first')]);
    const taken = await run('link', two.id, 'acme', 'subject');
    expect([taken.code, taken.err]).toEqual([1, expect.stringContaining('unlink that first')]);
    expect(await linked(two.id)).toEqual([]);
  });

  it('says so when there is no such provider, identity or account', async () => {
    const { id } = await cli.createAccount();
    for (const [args, why] of [
      [['link', id, 'nobody', 'subject'], 'OIDC_PROVIDERS names no such provider'],
      [['unlink', id, 'acme'], 'no identity of this provider'],
      [['link', 'nobody@example.com', 'acme', 'subject'], 'No account'],
    ] as const) {
      const { code, err } = await run(...args);
      expect([code, err]).toEqual([1, expect.stringContaining(why)]);
    }
  });
});
