import { sql } from '@app/database';
import { TestCli } from '../support/test-cli.js';

interface Key {
  id: string;
  name: string;
  scopes: string[];
  expiresAt: string;
  key: string;
}
interface Listed extends Omit<Key, 'key'> {
  state: string;
  lastUsedOn: string | null;
  revokedAt: string | null;
}

const DAY_MS = 86_400_000;

describe('keys service', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const create = (name: string, ...options: string[]) =>
    cli.json<Key>(['keys', 'service', 'create', name, '--scope', 'introspect', ...options]);
  const list = async () => (await cli.json<{ keys: Listed[] }>(['keys', 'service', 'list'])).keys;
  const lifeOf = ({ expiresAt }: Key) => Math.round((Date.parse(expiresAt) - Date.now()) / DAY_MS);

  it('makes a key, for a year unless it is told, and shows it once', async () => {
    const made = await create('billing');
    expect(made).toMatchObject({ name: 'billing', scopes: ['introspect'] });
    expect(made.key).toMatch(/^csk_[\w-]{43}$/);
    expect(lifeOf(made)).toBe(365);
    expect(lifeOf(await create('short', '--expires', '90d'))).toBe(90);
    const { out } = await cli.run(['keys', 'service', 'list']);
    expect(out).toContain('billing');
    expect(out).not.toContain('csk_');
    const rows = await cli.rows<{ row: string }>(sql`SELECT k::text AS row FROM service_keys k`);
    expect(rows.some(({ row }) => row.includes(made.key.slice(4)))).toBe(false);
  });

  it.each([
    ['1h', true],
    ['10y', true],
    ['3650d', true],
    ['3651d', false],
    ['11y', false],
    ['0d', false],
    ['d', false],
    ['90', false],
    ['1m', false],
    ['-1d', false],
    ['1d ', false],
  ])('takes a life of %s: %s', async (life, taken) => {
    const name = `life-${life.trim()}x`;
    const command = ['keys', 'service', 'create', name, '--scope', 'introspect', `--expires=${life}`];
    const { code, err } = await cli.run(command);
    expect(code).toBe(taken ? 0 : 2);
    if (!taken) expect(err).toContain('12h, 90d');
  });

  it.each(['', ' ', 'Big', 'a b', '-x', '.x', '123', 'x'.repeat(65), 'ä', "x';--", 'x\n'])(
    'refuses the name %j',
    async (name) => {
      const { code } = await cli.run(['keys', 'service', 'create', '--scope', 'introspect', '--', name]);
      expect(code).toBe(2);
    },
  );

  it('wants a scope that there is', async () => {
    expect((await cli.run(['keys', 'service', 'create', 'scopeless'])).code).toBe(2);
    const { code, err } = await cli.run(['keys', 'service', 'create', 'wide', '--scope', 'everything']);
    expect([code, err]).toEqual([2, expect.stringContaining('introspect')]);
    expect(await cli.run(['keys', 'service', 'create', 'proto', '--scope', 'toString'])).toMatchObject({
      code: 2,
    });
  });

  it('gives a name to one key at a time, also when many ask at once', async () => {
    const command = ['keys', 'service', 'create', 'contested', '--scope', 'introspect'];
    const answers = await Promise.all(Array.from({ length: 4 }, () => cli.run(command)));
    expect(answers.map(({ code }) => code).sort()).toEqual([0, 1, 1, 1]);
    expect(answers.find(({ code }) => code)?.err).toContain('There is a key named contested already');
    await cli.json(['keys', 'service', 'revoke', 'contested']);
    expect((await create('contested')).name).toBe('contested');
  });

  it('revokes by name or id, once', async () => {
    const [one, other] = [await create('by-name'), await create('by-id')];
    expect(await cli.json(['keys', 'service', 'revoke', one.name])).toEqual({ revoked: 'by-name' });
    expect(await cli.json(['keys', 'service', 'revoke', other.id])).toEqual({ revoked: 'by-id' });
    const states = (await list()).filter(({ id }) => [one.id, other.id].includes(id));
    expect(states.map(({ state }) => state)).toEqual(['revoked', 'revoked']);
    const { code, err } = await cli.run(['keys', 'service', 'revoke', 'by-name']);
    expect([code, err]).toEqual([1, 'No key that is not revoked has the name or id by-name.\n']);
  });

  it('lists them with what became of them, the newest first', async () => {
    const made = await create('listed', '--expires', '1h');
    await cli.rows(
      sql`UPDATE service_keys SET expires_at = now(), last_used_on = '2026-01-31' WHERE id = ${made.id}`,
    );
    const [newest] = await list();
    expect(newest).toMatchObject({
      id: made.id,
      state: 'expired',
      lastUsedOn: '2026-01-31',
      revokedAt: null,
    });
    expect((await cli.run(['keys', 'service', 'list'])).out).toMatch(/last used {2}2026-01-31/);
  });

  it('writes down who made which, and who revoked it', async () => {
    await create('recorded');
    await cli.json(['keys', 'service', 'revoke', 'recorded']);
    const events = await cli.rows(sql`
      SELECT event, outcome, protocol FROM audit_events WHERE event LIKE 'service_key.% recorded' ORDER BY id`);
    expect(events).toEqual([
      { event: 'service_key.create recorded', outcome: 'done', protocol: 'cli' },
      { event: 'service_key.revoke recorded', outcome: 'done', protocol: 'cli' },
    ]);
  });
});
