import * as fc from 'fast-check';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople, ORG } from '../support/dfns-people.js';
import { fuzz } from '../support/fuzz.js';
import { TestApp } from '../support/test-app.js';

const PATH = '/auth/recover/user/delegated';

describe('POST /auth/recover/user/delegated', () => {
  let app: TestApp;
  let people: DfnsPeople;
  let key: string;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off' });
    people = new DfnsPeople(app, new DfnsClient(app));
    key = await app.serviceKey({ scopes: ['recover'] });
  });
  afterAll(() => app.stop());

  it('answers 1,000 bodies and keys of any kind, and none with a fault', async () => {
    const { email, recoveryKey } = await people.member();
    const values = fc.oneof(
      fc.constantFrom(email, recoveryKey.credId, ORG),
      fc.string({ unit: 'binary' }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const names = fc.constantFrom('username', 'credentialId', 'orgId', 'tenantId', 'x', '__proto__');
    const bodies = fc.oneof(
      fc.dictionary(names, values).map((body) => JSON.stringify(body)),
      fc.string({ unit: 'binary' }),
    );
    await fuzz(
      fc.tuple(bodies, fc.constantFrom(key, `csk_${'a'.repeat(43)}`, 'x')),
      1000,
      async ([body, shown]) => {
        const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${shown}` };
        expect((await fetch(`${app.url}${PATH}`, { method: 'POST', headers, body })).status).toBeLessThan(
          500,
        );
      },
    );
  }, 60_000);
});
