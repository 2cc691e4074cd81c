import { sql } from '@app/database';
import { TestCli } from '../support/test-cli.js';

interface Found {
  id: string;
  field: string;
  value: string;
  reason: string;
  stored?: string;
  collidesWith?: string;
  fixed: boolean;
}

const UUID = '7c6a2f1e-8a1f-4f0b-9c1d-2f1a3b4c5d6e';

describe('account check', () => {
  let cli: TestCli;
  let made = 0;

  beforeEach(async () => {
    cli = await TestCli.start();
  });
  afterEach(() => cli.stop());

  /** An account as an earlier release may have left it. */
  async function old(names: { email?: string; username?: string; phone?: string; uuid?: string }) {
    const id = String(250_029_442_796_093_000 + (made += 1) * 64);
    await cli.rows(sql`
      INSERT INTO accounts (id, uuid, email, username, phone, created_at, updated_at, activated_at)
      VALUES (${id}, coalesce(${names.uuid ?? null}::uuid, gen_random_uuid()), ${names.email ?? null},
        ${names.username ?? null}, ${names.phone ?? null}, now(), now(), now())`);
    return id;
  }
  const check = async (...more: string[]) => {
    const { code, out } = await cli.run(['account', 'check', '--json', ...more]);
    return { code, ...(JSON.parse(out) as { checked: number; findings: Found[] }) };
  };
  const emailOf = async (id: string) =>
    (await cli.rows<{ email: string }>(sql`SELECT email FROM accounts WHERE id = ${id}`))[0]?.email;

  it('finds nothing among names as they are taken today, and says so', async () => {
    await old({ email: 'anna@example.com', username: 'anna' });
    await old({ email: 'liv@xn--bcher-kva.example', phone: '+4915112345678' });
    expect(await cli.run(['account', 'check'])).toEqual({
      ...{ code: 0, err: '', out: '2 accounts, and every name is in order.\n' },
    });
    expect(await check('--fix')).toEqual({ code: 0, checked: 2, findings: [] });
  });

  it('lists what could not be had or would be written otherwise, with the account it can be taken for', async () => {
    const boss = await old({ email: 'boss@example.com', phone: '+4915112345678', uuid: UUID });
    const typed = await old({ email: 'liv@bücher.example' });
    const pretenders = {
      like_an_address: await old({ username: 'boss@example.com' }),
      like_a_phone: await old({ username: '+4915112345678' }),
      like_an_id: await old({ username: UUID }),
      length: await old({ username: 'x'.repeat(65) }),
      invisible: await old({ username: 'a b' }),
    };
    const comma = await old({ email: 'a,b@example.com' });
    const number = await old({ username: boss });
    const { code, checked, findings } = await check();
    expect([code, checked]).toEqual([3, 9]);
    const found = (id: string) => findings.filter((finding) => finding.id === id);
    expect(found(boss)).toEqual([]);
    expect(found(typed)).toEqual([
      {
        ...{ id: typed, field: 'email', value: 'liv@bücher.example', reason: 'spelled_otherwise' },
        ...{ stored: 'liv@xn--bcher-kva.example', fixed: false },
      },
    ]);
    for (const [reason, id] of Object.entries(pretenders)) {
      expect(found(id)).toEqual([expect.objectContaining({ field: 'username', reason, fixed: false })]);
      expect(found(id)[0]?.collidesWith).toBe(reason.startsWith('like_') ? boss : undefined);
    }
    expect(found(number)).toMatchObject([{ reason: 'like_an_id', collidesWith: boss }]);
    expect(found(comma)).toMatchObject([{ field: 'email', reason: 'no_address' }]);
    const { out } = await cli.run(['account', 'check']);
    expect(out).toContain(
      `${typed}  e-mail liv@bücher.example is written otherwise today: liv@xn--bcher-kva.example\n`,
    );
    expect(out).toMatch(
      /user name boss@example\.com looks like an e-mail address; account \d+ can be meant too\n/,
    );
    expect(out).toMatch(/\n8 names of 9 accounts; 8 left to look at\.\n$/);
  });

  it('with --fix writes addresses anew, each with its audit row, and leaves everything else', async () => {
    const typed = await old({ email: 'liv@bücher.example', username: 'a b' });
    const shouted = await old({ email: 'Anna@Example.com' });
    const { code, findings } = await check('--fix');
    expect(code).toBe(3);
    expect(findings.map(({ id, field, fixed }) => [id, field, fixed])).toEqual([
      ...[
        [typed, 'email', true],
        [typed, 'username', false],
        [shouted, 'email', true],
      ],
    ]);
    expect([await emailOf(typed), await emailOf(shouted)]).toEqual([
      ...['liv@xn--bcher-kva.example', 'anna@example.com'],
    ]);
    const audited = await cli.rows(
      sql`SELECT account_id, outcome, protocol FROM audit_events WHERE event = 'account.respell' ORDER BY account_id`,
    );
    expect(audited).toEqual(
      [typed, shouted].map((account_id) => ({ account_id, outcome: 'done', protocol: 'cli' })),
    );
    expect((await check('--fix')).findings).toEqual([expect.objectContaining({ field: 'username' })]);
    const [account] = await cli.rows(sql`SELECT username, security_stamp FROM accounts WHERE id = ${typed}`);
    expect(account).toEqual({ username: 'a b', security_stamp: 0 });
  });

  it('with --fix changes neither of two accounts of one mailbox, and of two that are both written otherwise one', async () => {
    const [ascii, people] = [
      await old({ email: 'liv@xn--bcher-kva.example' }),
      await old({ email: 'liv@bücher.example' }),
    ];
    const [first, second] = [
      await old({ email: 'ida@straße。example' }),
      await old({ email: 'Ida@Straße.example' }),
    ];
    const { code, findings } = await check('--fix');
    expect(code).toBe(3);
    expect(findings).toMatchObject([
      { id: people, collidesWith: ascii, fixed: false },
      { id: first, fixed: true },
      { id: second, collidesWith: first, fixed: false },
    ]);
    expect([await emailOf(ascii), await emailOf(people)]).toEqual([
      ...['liv@xn--bcher-kva.example', 'liv@bücher.example'],
    ]);
    expect(await cli.json(['account', 'show', 'liv@bücher.example'])).toMatchObject({ id: people });
    expect(await cli.json(['account', 'show', 'liv@xn--bcher-kva.example'])).toMatchObject({ id: ascii });
  });

  it.each([999, 1000, 1001])('goes through all of %d accounts', async (accounts) => {
    await cli.rows(sql`
      INSERT INTO accounts (id, username, created_at, updated_at)
      SELECT n, 'user ' || n, now(), now() FROM generate_series(1, ${accounts}::int) n`);
    const { checked, findings } = await check();
    expect([checked, findings.length]).toEqual([accounts, accounts]);
  });

  it('is what a migration points to, where there is anything to see', async () => {
    const again = () => cli.rows(sql`DELETE FROM migrations WHERE name LIKE 'NamesOf%'`);
    await old({ email: 'anna@example.com', username: 'anna-1' });
    await old({ email: 'liv@xn--bcher-kva.example' });
    await old({ email: "o'brien+x@mail.example.co" });
    await again();
    expect(await cli.run(['migrate'])).toMatchObject({ code: 0, err: '' });
    await old({ email: 'liv@bücher.example' });
    await old({ username: '+4915112345678' });
    await old({ username: UUID });
    await old({ username: 'a b' });
    await again();
    const { code, err, out } = await cli.run(['migrate']);
    expect([code, err]).toEqual([
      ...[
        0,
        'Accounts with names that would be refused or written otherwise today: about 4 (account check lists them).\n',
      ],
    ]);
    expect(out).toMatch(/^NamesOfFormerReleases1760000017000 {2}\d+ ms\n$/);
    await again();
    expect(await cli.run(['migrate', '--json'])).toMatchObject({ code: 0, err: '' });
  });
});
