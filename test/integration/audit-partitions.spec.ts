import { sql } from '@app/database';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { createTestDatabase } from '../support/test-database.js';

const DAY_SECONDS = 86_400;
/** What the release before writes: no key for what is kept, and a bare hash for what did nothing. */
const FORMER = `
  INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, repeat_key)
  VALUES ($1, $2, 'password', 'wrong', 'navixy', 7, $3)
  ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id`;
const HASHES = ['0123456789abcdef0123456789abcdef', 'aa23456789abcdef0123456789abcdef', 'ff'.repeat(16)];

describe('the partitions of the audit log', () => {
  let app: TestApp;
  let client: NavixyClient;

  beforeEach(async () => {
    app = await TestApp.start({ PASSWORD_TRIES_LIMIT: '1000', PASSWORD_HOURLY_LIMIT: '1000' });
    client = new NavixyClient(app);
    await app.createAccount({ email: 'kept@example.com', secondFactor: 'none' });
  });
  afterEach(() => app.stop());

  const tidyUp = () => app.nest.get(HousekeepingService).tidyUp();
  const guess = () => client.signIn('nobody@example.com', 'not the password');
  const places = async () =>
    (
      await app.rows<{ place: string }>(
        sql`SELECT tableoid::regclass::text || ' ' || event || ' ' || repeated AS place FROM audit_events ORDER BY id`,
      )
    ).map(({ place }) => place);
  const former = (id: number, at: string, key: string | null) =>
    app.nest.get(DataSource).query(FORMER, [id, at, key]);

  it('are made by housekeeping, and what came before them is moved to where it belongs', async () => {
    await guess();
    expect(await places()).toEqual([
      'audit_events_kept_other account.create 0',
      'audit_events_refused_other password 0',
    ]);
    await tidyUp();
    await guess();
    expect(await places()).toEqual([
      'audit_events_kept_20260101 account.create 0',
      'audit_events_refused_20260112 password 1',
    ]);
  });

  it('are there before their time comes: for the month and the week that begin', async () => {
    await tidyUp();
    app.clock.advanceSeconds(17 * DAY_SECONDS);
    await guess();
    await app.createAccount({ email: 'next@example.com' });
    expect(await places()).toEqual([
      'audit_events_kept_20260101 account.create 0',
      'audit_events_refused_20260126 password 0',
      'audit_events_kept_20260201 account.create 0',
    ]);
  });

  it('refuse nobody who writes while they are made', async () => {
    const guesses = Array.from({ length: 40 }, () => guess());
    const [made, ...answers] = await Promise.all([tidyUp(), ...guesses]);
    expect(made).toBeUndefined();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
    await tidyUp();
    expect((await places()).filter((place) => place.includes('password'))).toEqual([
      'audit_events_refused_20260112 password 39',
    ]);
  });

  it('take what the release before writes, by the same name and counted as it counts', async () => {
    for (const key of HASHES) {
      await former(Number.parseInt(key.slice(0, 2), 16), '2026-01-15T12:00:00Z', key);
      await former(1000, '2026-01-15T12:00:00Z', key);
    }
    await former(1001, '2026-01-15T12:00:00Z', null);
    expect((await places()).slice(0, 4)).toEqual([
      'audit_events_former password 1',
      'audit_events_former password 1',
      'audit_events_former password 1',
      'audit_events_former password 0',
    ]);
  });

  it('keep what the purge of the release before would take for a refusal, because it has a key', async () => {
    await tidyUp();
    await app.rows(sql`
      DELETE FROM audit_events WHERE repeat_key IS NOT NULL
      AND (SELECT set_config('countersign.audit_purged_before', '2027-01-01T00:00:00Z', true)) IS NOT NULL`);
    expect(await places()).toEqual(['audit_events_kept_20260101 account.create 0']);
  });

  it('go when the last that they can hold is over: refusals with their week, the rest with its month', async () => {
    await guess();
    await tidyUp();
    const left = async (at: string) => {
      app.clock.advanceSeconds((Date.parse(at) - app.clock.now().getTime()) / 1000);
      await tidyUp();
      return (await places()).map((place) => place.split(' ')[0]);
    };
    const kept = 'audit_events_kept_20260101';
    expect(await left('2026-02-17T23:59:59Z')).toEqual([kept, 'audit_events_refused_20260112']);
    expect(await left('2026-02-18T00:00:00Z')).toEqual([kept]);
    expect(await left('2027-03-07T23:59:59Z')).toEqual([kept]);
    expect(await left('2027-03-08T00:00:00Z')).toEqual([]);
  });

  it('leave to row by row what the release before has written', async () => {
    await former(1, '2025-12-16T12:00:01Z', HASHES[0] as string);
    await former(2, '2025-12-16T12:00:00Z', HASHES[1] as string);
    await former(3, '2025-12-16T12:00:00Z', null);
    await tidyUp();
    expect(await app.rows(sql`SELECT id FROM audit_events_former ORDER BY id`)).toEqual([
      { id: '1' },
      { id: '3' },
    ]);
  });
});

describe('the migration to partitions', () => {
  it('keeps each row as it is, on the way there and on the way back', async () => {
    const database = await createTestDatabase();
    const dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
    const all = () =>
      dataSource.query('SELECT e::text AS row FROM audit_events e ORDER BY id') as Promise<object[]>;
    const undoneTo = async (name: string) => {
      for (let last = ''; last !== name;) {
        await dataSource.undoLastMigration();
        const [row] = await dataSource.query<{ name: string }[]>(
          'SELECT name FROM migrations ORDER BY id DESC LIMIT 1',
        );
        last = row?.name ?? name;
      }
    };
    await undoneTo('ServerKeys1760000020000');
    await dataSource.query(FORMER, [1, '2026-01-15T12:00:00Z', HASHES[1]]);
    await dataSource.query(FORMER, [2, '2026-01-15T12:00:00Z', null]);
    const before = await all();
    await dataSource.runMigrations({ transaction: 'each' });
    expect(await all()).toEqual(before);
    const key = `r20260115${HASHES[2]}`;
    await dataSource.query(FORMER, [3, '2026-01-15T12:00:00Z', key]);
    await dataSource.query(FORMER, [4, '2026-01-15T12:00:00Z', 'k202601154']);
    await undoneTo('AuditKey1760000021000');
    expect(await all()).toHaveLength(4);
    expect(
      await dataSource.query('SELECT id, repeat_key FROM audit_events WHERE id > 2 ORDER BY id'),
    ).toEqual([
      { id: '3', repeat_key: HASHES[2] },
      { id: '4', repeat_key: null },
    ]);
    await expect(dataSource.query('DELETE FROM audit_events')).rejects.toThrow('append-only');
    await dataSource.destroy();
    await database.drop();
  });
});
