import { AccountDetailsService, AccountsService } from '@app/administration';
import { Database, sql } from '@app/database';
import { TestApp } from '../support/test-app.js';

describe('operators who change one account at once', () => {
  let app: TestApp;
  let accounts: AccountsService;
  let details: AccountDetailsService;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    accounts = app.nest.get(AccountsService);
    details = new AccountDetailsService(app.nest.get(Database));
  });
  afterAll(() => app.stop());

  const call = () => app.operatorCall();
  const settled = async (work: Promise<unknown>[]) =>
    (await Promise.allSettled(work)).map((each) =>
      each.status === 'fulfilled' ? 'done' : (each.reason as { code?: string }).code,
    );

  it('each have what they changed, where they changed two things', async () => {
    const { id } = await app.given.person({ orgId: 'a', tenantId: 'b' });
    const read = await accounts.find(id);
    const changes = [
      { orgId: 'x' },
      { tenantId: null },
      { firstName: 'Ada' },
      { lastName: 'L' },
      { language: 'de' },
    ];
    expect(await settled(changes.map((each) => details.change(call(), read, each)))).toEqual(
      changes.map(() => 'done'),
    );
    expect(await accounts.find(id)).toMatchObject({
      ...{ orgId: 'x', tenantId: null, firstName: 'Ada', lastName: 'L', language: 'de' },
      email: read.email,
      securityStamp: read.securityStamp,
    });
  });

  it('of those who change it as they have read it one does, and the others are told', async () => {
    const { id } = await app.given.person();
    const read = await accounts.find(id);
    const work = Array.from({ length: 10 }, (_, n) =>
      details.change(call(), read, { orgId: `org${n}` }, { isUnchanged: true }),
    );
    const outcomes = await settled(work);
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'precondition_failed')).toHaveLength(9);
    const winner = outcomes.indexOf('done');
    expect((await accounts.find(id)).orgId).toBe(`org${winner}`);
  });

  it('can tell two changes of one moment apart', async () => {
    const { id } = await app.given.person();
    const versions = new Set<number>();
    for (const orgId of ['a', 'b', 'a']) {
      await details.change(call(), await accounts.find(id), { orgId });
      versions.add((await accounts.find(id)).updatedAt.getTime());
    }
    expect(versions.size).toBe(3);
  });

  it('never leave codes to go to a phone that is not there', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await app.given.person({ phone: app.given.phone() });
      const read = await accounts.find(id);
      const outcomes = await settled([
        accounts.changePhone(call(), read, null),
        accounts.changeSecondFactor(call(), read, 'sms'),
      ]);
      expect(outcomes.sort()).toEqual(['conflict', 'done']);
    }
    expect(
      await app.rows(sql`SELECT id FROM accounts WHERE second_factor = 'sms' AND phone IS NULL`),
    ).toEqual([]);
  });

  it('are recorded with what they did, and not where they did nothing', async () => {
    const { id } = await app.given.person();
    const read = await accounts.find(id);
    await details.change(call(), read, { orgId: 'a' });
    await settled([details.change(call(), read, { orgId: 'b' }, { isUnchanged: true })]);
    const rows = await app.rows(sql`
      SELECT outcome FROM audit_events WHERE account_id = ${id}::bigint AND event = 'account.details'`);
    expect(rows).toEqual([{ outcome: 'done' }]);
  });

  it('get no account whose second factor has no way to its owner', async () => {
    const create = app.createAccount({ username: 'factorless', secondFactor: 'sms' });
    await expect(create).rejects.toMatchObject({ code: 'invalid_parameters' });
  });
});
