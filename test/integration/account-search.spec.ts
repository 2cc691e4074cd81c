import { AccountSearchService, AccountsService } from '@app/administration';
import { accountsNamedLike, newestAccounts } from '@app/accounts';
import { Database, sql } from '@app/database';
import { TestApp } from '../support/test-app.js';

describe('the search for accounts', () => {
  let app: TestApp;
  let service: AccountSearchService;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    service = new AccountSearchService(app.nest.get(Database), app.nest.get(AccountsService));
  });
  afterAll(() => app.stop());

  const person = (request: Parameters<typeof app.createAccount>[0]) =>
    app.createAccount({ secondFactor: 'none', ...request });
  const idsOf = async (search: Partial<Parameters<typeof service.search>[0]>) =>
    (await service.search({ most: 100, ...search })).accounts.map(({ id }) => id);
  /** All pages of this length, one after another. */
  const allOf = async (search: { text?: string; orgId?: string }, most: number) => {
    const pages: string[][] = [];
    for (let cursor: string | undefined; ;) {
      const page = await service.search({ ...search, most, cursor });
      pages.push(page.accounts.map(({ id }) => id));
      cursor = page.cursor;
      if (!cursor) return pages;
    }
  };

  it('finds by the beginning of an address, user name or phone, however that is typed', async () => {
    const { id } = await person({
      email: 'xaver@alpha.example',
      username: 'bavaria',
      phone: '+4915112345001',
    });
    for (const text of [
      'xav',
      'XAVER@Alp',
      ' xaver@alpha.example ',
      'bavar',
      'BAVARIA',
      '+49 151 12345-001',
      '+491511234',
    ])
      expect([text, await idsOf({ text })]).toEqual([text, [id]]);
    for (const text of [
      'aver',
      'xaver@b',
      'bavariax',
      '+4915112345002',
      '4915112345001',
      '%',
      'xav%',
      '_aver',
    ])
      expect([text, await idsOf({ text })]).toEqual([text, []]);
  });

  it('finds by a whole id or UUID, and by no part of one', async () => {
    const { id, uuid } = await person({ email: 'whole@alpha.example', orgId: 'acme' });
    expect(await idsOf({ text: id })).toEqual([id]);
    expect(await idsOf({ text: uuid.toUpperCase() })).toEqual([id]);
    expect(await idsOf({ text: id.slice(0, -1) })).toEqual([]);
    expect(await idsOf({ text: uuid, orgId: 'other' })).toEqual([]);
    expect(await idsOf({ text: uuid, orgId: 'acme' })).toEqual([id]);
  });

  it('goes through names page by page, each account once, and each page in their order', async () => {
    const people = [];
    for (const n of [3, 1, 2, 5, 4])
      people.push({ n, ...(await person({ email: `paged${n}@beta.example` })) });
    const inOrder = people.sort((one, other) => one.n - other.n).map(({ id }) => id);
    for (const most of [1, 2, 5, 6]) {
      const pages = await allOf({ text: 'paged' }, most);
      expect(pages.flat()).toEqual(inOrder);
      expect(pages).toHaveLength(Math.ceil(5 / most));
    }
  });

  it('has an account with two such names once on a page, and loses none between two pages', async () => {
    const both = await person({ email: 'twice', username: 'twice' }).catch(() => undefined);
    expect(both).toBeDefined();
    const { id } = await person({ email: 'twicer@gamma.example', username: 'twicer' });
    const found = new Set((await allOf({ text: 'twice' }, 1)).flat());
    expect([...found].sort()).toEqual([both?.id as string, id].sort());
    const ids = await idsOf({ text: 'twice' });
    expect(ids).toHaveLength(new Set(ids).size);
  });

  it('goes through an organisation and a tenant, the newest first', async () => {
    const made: string[] = [];
    for (let n = 0; n < 3; n += 1)
      made.unshift(
        (await person({ username: `member${n}`, orgId: 'delta', tenantId: n ? 'one' : 'two' })).id,
      );
    await person({ username: 'stranger', orgId: 'delta2' });
    expect((await allOf({ orgId: 'delta' }, 2)).flat()).toEqual(made);
    expect(await idsOf({ orgId: 'delta', tenantId: 'one' })).toEqual(made.slice(0, 2));
    expect(await idsOf({ orgId: 'delta', text: 'member1' })).toEqual([made[1]]);
    expect(await idsOf({ orgId: 'DELTA' })).toEqual([]);
  });

  it.each(['x', '-1', '9223372036854775808', ''])(
    'refuses the cursor %j where ids are counted',
    async (cursor) => {
      await expect(service.search({ most: 1, cursor })).rejects.toMatchObject({ code: 'invalid_parameters' });
    },
  );

  it.each([
    'x',
    '',
    Buffer.from('email \0').toString('base64url'),
    Buffer.from('uuid a').toString('base64url'),
  ])('refuses the cursor %j where names are', async (cursor) => {
    const search = service.search({ most: 1, cursor, text: 'a' });
    await expect(search).rejects.toMatchObject({ code: 'invalid_parameters' });
  });

  it('reads no more of the table than it answers', async () => {
    await app.rows(sql`
      INSERT INTO accounts (id, email, username, phone, org_id, tenant_id, created_at, updated_at)
      SELECT n, 'many' || n || '@example.net', 'many' || n, '+4917000' || n, 'org' || n % 50, 'tenant' || n % 50, now(), now()
      FROM generate_series(100000, 119999) n`);
    await app.rows(sql`ANALYZE accounts`);
    const whose = { orgId: 'org1' };
    const names = (['email', 'phone', 'username'] as const).map((kind) => ({ kind, name: 'many1' }));
    const queries = [
      newestAccounts('9223372036854775807', 20, {}),
      newestAccounts('9223372036854775807', 20, whose),
      newestAccounts('9223372036854775807', 20, { tenantId: 'tenant1' }),
      accountsNamedLike('many1', names, 20, {}),
      accountsNamedLike('many1', names, 20, whose),
    ];
    for (const query of queries) {
      const plan = await app.rows<{ 'QUERY PLAN': string }>(sql`EXPLAIN ${query}`);
      const text = plan.map((row) => row['QUERY PLAN']).join('\n');
      expect(text).toContain('Index');
      expect(text).not.toContain('Seq Scan');
    }
  });
});
