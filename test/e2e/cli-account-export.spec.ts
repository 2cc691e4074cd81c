import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from '@app/database';
import { Person } from '../../libs/administration/src/person.js';
import { AdminClient } from '../support/admin-client.js';
import { ConsoleClient } from '../support/console-client.js';
import { PASSWORD, TestCli } from '../support/test-cli.js';
import type { Person as Everybody } from '../support/what-opens/person.js';
import { PEOPLE } from '../support/what-opens/doors.js';
import { World } from '../support/what-opens/world.js';

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => Person.parse(JSON.parse(line)));

describe('account export', () => {
  let cli: TestCli;
  let folder: string;
  let files = 0;

  beforeAll(async () => {
    cli = await TestCli.start();
    folder = await mkdtemp(join(tmpdir(), 'export-'));
  });
  afterAll(async () => {
    await cli.stop();
    await rm(folder, { recursive: true });
  });

  const newFile = () => join(folder, `people-${(files += 1)}.jsonl`);
  const exported = async (...args: string[]) => {
    const { code, out, err } = await cli.run(['account', 'export', ...args]);
    if (code) throw new Error(err);
    return linesOf(out);
  };
  const exports = () =>
    cli.rows<{ outcome: string; account_id: string | null }>(
      sql`SELECT outcome, account_id::text AS account_id FROM audit_events WHERE event = 'account.export' ORDER BY id DESC LIMIT 1`,
    );

  it('writes each account as a line in the form of an import, with nothing secret, and is recorded', async () => {
    const one = await cli.createAccount('--second-factor', 'totp', '--org', 'or-1', '--language', 'de');
    const two = await cli.createAccount();
    const people = await exported();
    const own = people.filter(({ id }) => id === one.id || id === two.id);
    const names = ({ id, uuid, email, username, phone }: typeof one) => ({
      id,
      uuid,
      email,
      username,
      phone,
    });
    expect(own).toEqual([
      expect.objectContaining({
        ...names(one),
        ...{ secondFactor: 'totp', orgId: 'or-1', language: 'de', emailVerified: true, phoneVerified: true },
      }),
      expect.objectContaining({ ...names(two), secondFactor: 'none', language: 'en' }),
    ]);
    for (const person of own)
      for (const secret of ['passwordHash', 'authenticator', 'authenticatorStep', 'backupCodes'])
        expect(person).not.toHaveProperty(secret);
    expect(await exports()).toEqual([{ outcome: 'exported', account_id: null }]);
  });

  it('writes one account alone, and is recorded at it', async () => {
    const { id, email } = await cli.createAccount();
    expect((await exported(email)).map((person) => person.id)).toEqual([id]);
    expect(await exports()).toEqual([{ outcome: 'exported', account_id: id }]);
  });

  it('writes secrets to a file that its owner alone may read, and to nothing else', async () => {
    const { id, email } = await cli.createAccount('--second-factor', 'totp');
    const file = newFile();
    expect(await cli.run(['account', 'export', email, '--with-secrets', '--output', file])).toEqual({
      code: 0,
      out: '',
      err: '1 account exported.\n',
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [person] = linesOf(await readFile(file, 'utf8'));
    expect(person).toMatchObject({
      id,
      authenticator: expect.stringContaining('otpauth://totp/'),
      authenticatorStep: 0,
    });
    expect(person?.passwordHash).toMatch(/^\$argon2id\$/);
    expect(await exports()).toEqual([{ outcome: 'exported with secrets', account_id: id }]);
    expect(await cli.run(['account', 'export', '--with-secrets'])).toEqual({
      code: 2,
      out: '',
      err: 'Secrets go to a file that its owner alone may read: name one with --output.\n',
    });
  });

  it('touches no file that is there, and leaves none that is not whole', async () => {
    const file = newFile();
    await writeFile(file, 'mine');
    expect(await cli.run(['account', 'export', '--output', file])).toEqual({
      code: 1,
      out: '',
      err: `There is a file ${file} already.\n`,
    });
    expect(await readFile(file, 'utf8')).toBe('mine');
    const { email } = await cli.createAccount('--second-factor', 'totp');
    const broken = newFile();
    const otherKeys = { COUNTERSIGN_KEYS: `t1:${Buffer.alloc(32, 7).toString('base64')}` };
    await cli.rows(sql`UPDATE totp_factors SET secret_sealed = 'gone.' || secret_sealed
      WHERE account_id = (SELECT id FROM accounts WHERE email = ${email})`);
    const { code, err } = await cli.run(
      ['account', 'export', email, '--with-secrets', '--output', broken],
      '',
      otherKeys,
    );
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('cannot be opened: its key is not in COUNTERSIGN_KEYS.'),
    ]);
    const left = await readdir(folder);
    expect(left.filter((name) => broken.includes(name) || name.endsWith('.part'))).toEqual([]);
    await cli.rows(sql`DELETE FROM totp_factors WHERE secret_sealed LIKE 'gone.%'`);
  });

  it('leaves out who is to be deleted', async () => {
    const { id, email } = await cli.createAccount();
    await cli.run(['account', 'delete', email]);
    expect((await exported()).filter((person) => person.id === id)).toEqual([]);
    await cli.run(['account', 'restore', email]);
    expect((await exported()).filter((person) => person.id === id)).toHaveLength(1);
  });

  it('writes more people than fit into a batch, each once and in order, as they were when it began', async () => {
    await cli.rows(sql`
      INSERT INTO accounts (id, username, language, created_at, updated_at)
      SELECT n, 'many-' || n, 'en', now(), now() FROM generate_series(1, 1234) n`);
    const people = await exported();
    const many = people.filter(({ username }) => username?.startsWith('many-'));
    expect(many.map(({ id }) => id)).toEqual(Array.from({ length: 1234 }, (_, n) => String(n + 1)));
    await cli.rows(sql`DELETE FROM accounts WHERE username LIKE 'many-%'`);
  });

  it.each([
    [['--personal'], '--personal is about one account: name it.'],
    [['anna@example.com', '--personal', '--with-secrets', '--output', 'x'], '--personal has no secrets.'],
  ])('refuses %j', async (args, sentence) => {
    expect(await cli.run(['account', 'export', ...args])).toEqual({ code: 2, out: '', err: `${sentence}\n` });
  });
});

describe('an export that is imported', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  }, 60_000);
  afterAll(() => world.stop());

  it('makes the same people again, with all that they sign in with, and nobody twice', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'export-'));
    const elsewhere = await TestCli.start();
    const [there, back] = [join(folder, 'there.jsonl'), join(folder, 'back.jsonl')];
    // Numbers of accounts are in the order of time, and an import takes none from the future.
    world.app.clock.advanceSeconds(-3600);
    await PEOPLE.guarded(world);
    await PEOPLE.plain(world);
    await world.app.given.person({ email: 'texts@example.com', factor: 'sms', phone: '+4915112399999' });
    await world.cli('account', 'export', '--with-secrets', '--output', there);
    const run = (...args: string[]) => elsewhere.run(['account', ...args], '', world.idp.environment());
    const imported = await run('import', there, '--apply', '--json');
    expect(imported.out.split('\n').slice(0, -2)).toEqual([]);
    expect(JSON.parse(imported.out)).toMatchObject({ created: 3, refused: 0, doubled: 0 });
    expect((await run('export', '--with-secrets', '--output', back)).code).toBe(0);
    const people = async (file: string) => linesOf(await readFile(file, 'utf8'));
    expect(await people(back)).toEqual(await people(there));
    const again = await run('import', back, '--apply', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ created: 0, present: 3 });
    await elsewhere.stop();
    await rm(folder, { recursive: true });
  }, 60_000);
});

describe('account export --personal', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  }, 60_000);
  afterAll(() => world.stop());

  it('tells a person everything that is kept about them, and no secret', async () => {
    const who = (await PEOPLE.guarded(world)) as Everybody;
    const text = await world.cli('account', 'export', who.email, '--personal');
    const data = JSON.parse(text);
    expect(Object.keys(data)).toEqual([
      ...['exportedAt', 'profile', 'signsInWith', 'sessions', 'messages', 'attempts', 'events'],
    ]);
    expect(data.profile).toMatchObject({ email: who.email, phone: who.phone, username: who.username });
    expect(data.signsInWith).toMatchObject({
      password: true,
      secondFactor: 'totp',
      authenticatorSince: expect.any(String),
      identities: [{ subject: who.sub }],
    });
    expect(data.signsInWith.backupCodes).toHaveLength(who.backupCodes.length);
    expect(data.sessions[0]).toMatchObject({ clientAddress: '127.0.0.1', device: expect.any(String) });
    expect(new Set(data.sessions.map(({ protocol }: { protocol: string }) => protocol))).toEqual(
      new Set(['navixy', 'docspace', 'wacht', 'yat', 'dfns']),
    );
    const recipients = data.messages.map(({ recipient }: { recipient: string }) => recipient);
    expect(recipients).toEqual(expect.arrayContaining([who.email]));
    for (const list of ['attempts', 'events']) expect(data[list].length).toBeGreaterThan(5);
    const rests = await world.app.rows<{ secret: string | null }>(sql`
      SELECT password_hash AS secret FROM accounts WHERE email = ${who.email}
      UNION ALL SELECT secret_sealed FROM totp_factors UNION ALL SELECT code_hash FROM backup_codes UNION ALL SELECT token_hash FROM sessions
      UNION ALL SELECT refresh_hash FROM sessions UNION ALL SELECT secret_hash FROM attempts UNION ALL SELECT facts_sealed FROM messages`);
    const secrets = [...rests.flatMap(({ secret }) => secret ?? []), ...who.backupCodes, PASSWORD];
    expect(secrets.length).toBeGreaterThan(20);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  }, 60_000);

  it.each<[string, (account: { id: string; email: string }) => Promise<string>]>([
    ['on the command line', async ({ email }) => world.cli('account', 'disable', email).then(() => 'local')],
    [
      'by a program',
      async ({ id }) => {
        const admin = await AdminClient.of(world.app, 'accounts:write');
        await admin.send('POST', `/accounts/${id}/disable`);
        return admin.name;
      },
    ],
    [
      'in the console',
      async ({ id }) => {
        const admin = await ConsoleClient.of(world.app, 'admin');
        const page = `/console/accounts/${id}`;
        await admin.submit(`${page}/disable`, await admin.get(page));
        return admin.email;
      },
    ],
  ])('names what an operator did %s, and not the operator', async (_where, disable) => {
    const { id, email } = await world.app.given.person({ email: `acts${world.number()}@example.com` });
    const operator = await disable({ id, email });
    const { events } = JSON.parse(await world.cli('account', 'export', email, '--personal'));
    const disabled = events.find(({ event }: { event: string }) => event === 'account.disable');
    expect(disabled).toMatchObject({ by: 'operator', userAgent: null, clientAddress: null });
    expect(JSON.stringify(events)).not.toContain(operator);
  });

  it('leaves to the audit log of a deleted account who of the operators did it', async () => {
    const { id, email } = await world.app.given.person({ email: `gone${world.number()}@example.com` });
    const admin = await ConsoleClient.of(world.app, 'admin');
    const page = `/console/accounts/${id}`;
    await admin.submit(`${page}/disable`, await admin.get(page));
    await world.cli('account', 'delete', email, '--now');
    const [row] = await world.app.rows<{ user_agent: string }>(
      sql`SELECT user_agent FROM audit_events WHERE account_id = ${id}::bigint AND event = 'account.disable'`,
    );
    expect(row?.user_agent).toContain(admin.email);
  });
});
