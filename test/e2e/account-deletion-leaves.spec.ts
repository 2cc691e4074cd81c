import { AccountsService } from '@app/administration';
import { sql } from '@app/database';
import { rowsWith } from '../support/rows-with.js';
import { WachtClient } from '../support/wacht-client.js';
import { PEOPLE } from '../support/what-opens/doors.js';
import type { Person } from '../support/what-opens/person.js';
import { World } from '../support/what-opens/world.js';

const STRONG = 'gelbe Kanne im Schnee 7';

describe('what is left of an account that is deleted', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  }, 60_000);
  afterAll(() => world.stop());

  const found = (words: string[]) => rowsWith(words, (query) => world.app.rows(query));
  const tablesOf = (rows: { table: string }[]) => [...new Set(rows.map(({ table }) => table))];
  const accountOf = async (email: string) => world.app.nest.get(AccountsService).find(email);

  it('is nothing that names its owner, but the last message and what counts messages to a mailbox', async () => {
    const who = (await PEOPLE.guarded(world)) as Person;
    const { email, phone, username, sub } = who;
    await world.navixy.signIn(email, 'not the password');
    const { id, uuid } = await accountOf(email);
    await world.app.rows(sql`
      INSERT INTO suppressed_addresses (address, since, reference) VALUES (${email}, now(), 'A'), (${phone}, now(), 'B')`);
    await world.app.rows(sql`
      INSERT INTO delivery_events (id, at, reference, kind, provider, detail)
      SELECT 'of ' || reference, now(), reference, 'delivered', 'smtp', ${email} FROM messages WHERE recipient = ${email}`);
    await world.app.rows(sql`
      INSERT INTO event_stream (id, at, event, outcome, protocol, account_id, client_address, request_id, next_try_at)
      SELECT id, at, event, outcome, protocol, account_id, client_address, request_id, now() FROM audit_events WHERE account_id = ${id}`);
    const words = [email, phone, username, uuid, id, sub];
    expect(tablesOf(await found(words))).toEqual([
      ...[
        'accounts',
        'attempts',
        'audit_events',
        'backup_codes',
        'browser_attempts',
        'credentials',
        'delivery_events',
      ],
      ...[
        'event_stream',
        'external_identities',
        'factor_setups',
        'guess_budgets',
        'messages',
        'password_failures',
      ],
      ...[
        'pending_recoveries',
        'recipient_sends',
        'send_windows',
        'sessions',
        'suppressed_addresses',
        'totp_factors',
      ],
    ]);
    await world.cli('account', 'delete', email, '--now');
    const left = await found(words);
    expect(tablesOf(left)).toEqual(['audit_events', 'event_stream', 'messages', 'recipient_sends']);
    for (const { table, row } of left) {
      if (table === 'messages')
        expect(row).toMatchObject({ template: 'account_deleted', account_id: null, attempt_id: null });
      if (table !== 'audit_events' && table !== 'event_stream') continue;
      const { account_id, ...rest } = row;
      expect(account_id).toBe(id);
      expect(words.filter((word) => JSON.stringify(rest).includes(word))).toEqual([]);
      if (row['protocol'] === 'cli') expect(row).toMatchObject({ client_address: 'local' });
      else expect(row).toMatchObject({ client_address: null, request_id: null });
    }
    const mails = left.filter(({ table }) => table === 'messages').map(({ row }) => row['recipient']);
    expect(mails.sort()).toEqual([phone, email].sort());
  }, 60_000);

  it('is not what somebody typed who signed up, nor an address that waited for its proof', async () => {
    const email = `signed-up${world.number()}@example.com`;
    const client = new WachtClient(world.app);
    const { id: attempt } = await client.signUp({ password: STRONG, email, first_name: 'Adalberta' });
    await client.prepareSignUp(attempt);
    await client.verifySignUp(attempt, await world.app.mailbox.code(email));
    const { access_token } = (await world.yat.signIn(email, STRONG)).body;
    await world.yat.call('PATCH', '/account', { email: 'wanted-elsewhere@example.com' }, access_token);
    const words = ['Adalberta', 'wanted-elsewhere'];
    expect(tablesOf(await found(words))).toEqual(
      expect.arrayContaining(['accounts', 'contact_changes', 'messages', 'sign_ups']),
    );
    await world.cli('account', 'delete', email, '--now');
    expect(tablesOf(await found(words)).filter((table) => table !== 'recipient_sends')).toEqual([]);
  });

  it('keeps of refusals no hash of the network that they came from', async () => {
    const { email, id } = await world.app.given.person({
      email: world.app.given.email().replace('person', 'given'),
    });
    await world.yat.signIn(email, STRONG);
    await world.app.rows(sql`
      UPDATE audit_events SET repeated = repeated + 1 WHERE account_id = ${id} AND repeat_key >= 'k'`);
    await world.app.rows(sql`
      INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, client_address, repeat_key)
      VALUES (77, now(), 'code.resend', 'too_soon', 'yat', ${id}, '192.0.2.7', 'r20261130' || md5('a network')),
        (78, now(), 'code.resend', 'too_soon', 'yat', ${id}, '192.0.2.7', md5('of the release before'))`);
    await world.cli('account', 'delete', email, '--now');
    const rows = await world.app.rows<{ repeat_key: string; client_address: string | null }>(
      sql`SELECT repeat_key, client_address FROM audit_events WHERE id IN (77, 78) ORDER BY id`,
    );
    expect(rows).toEqual([
      { repeat_key: 'r2026113077', client_address: null },
      { repeat_key: null, client_address: null },
    ]);
  });

  it('is an audit log in which nothing else can be changed, and nothing of anybody else', async () => {
    const [one, other] = [
      await world.app.given.person({ email: world.app.given.email().replace('person', 'given') }),
      await world.app.given.person({ email: world.app.given.email().replace('person', 'given') }),
    ];
    for (const { email } of [one, other]) await world.yat.signIn(email);
    const claim = sql`set_config('countersign.audit_forgets', ${one.id}, true)`;
    for (const change of [
      sql`UPDATE audit_events SET outcome = 'x', client_address = NULL, user_agent = NULL, request_id = NULL
        WHERE account_id = ${one.id} AND (SELECT ${claim}) IS NOT NULL`,
      sql`UPDATE audit_events SET client_address = '192.0.2.1', user_agent = NULL, request_id = NULL
        WHERE account_id = ${one.id} AND (SELECT ${claim}) IS NOT NULL`,
      sql`UPDATE audit_events SET client_address = NULL, user_agent = NULL, request_id = NULL
        WHERE account_id = ${other.id} AND (SELECT ${claim}) IS NOT NULL`,
      sql`UPDATE audit_events SET client_address = NULL, user_agent = NULL, request_id = NULL WHERE account_id = ${one.id}`,
    ])
      await expect(world.app.rows(change)).rejects.toThrow('P0001');
  });
});
