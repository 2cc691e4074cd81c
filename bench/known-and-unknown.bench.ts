import { DfnsClient } from '../test/support/dfns-client.js';
import { NavixyClient } from '../test/support/navixy-client.js';
import { TestApp } from '../test/support/test-app.js';
import { sideBySide } from './side-by-side.js';

const ROUNDS = 200;
const ORG = 'or-30tnh-itmjs-s235s5ontr3r23h2';
const OTHER_ORG = 'or-30tnh-itmjs-s235s5ontr3r23h3';
const GENEROUS = '1000000';

describe('known and unknown people take the same time', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({
      DFNS_REQUESTS_PER_MINUTE_LIMIT: GENEROUS,
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: GENEROUS,
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '100000',
    });
    for (let i = 0; i < ROUNDS; i += 1) {
      await app.createAccount({ email: `known${i}@example.com`, orgId: ORG });
      await app.createAccount({ email: `other${i}@example.com`, orgId: ORG });
    }
    await app.createAccount({ email: 'limited@example.com' });
  }, 600_000);
  afterAll(() => app.stop());

  it('asking for a recovery code', async () => {
    const client = new DfnsClient(app);
    await client.recoveryCode('limited@example.com');
    await sideBySide('POST /auth/recover/user/code', ROUNDS, {
      unknown: (i) => client.recoveryCode(`unknown${i}@example.com`),
      known: (i) => client.recoveryCode(`known${i}@example.com`),
      'other organisation': (i) => client.recoveryCode(`other${i}@example.com`, { orgId: OTHER_ORG }),
      limited: () => client.recoveryCode('limited@example.com'),
    });
  });

  it('showing a wrong password', async () => {
    const client = new NavixyClient(app);
    await sideBySide('POST /user/auth with a wrong password', ROUNDS, {
      unknown: (i) => client.signIn(`unknown${i}@example.com`, 'not the password'),
      known: (i) => client.signIn(`known${i}@example.com`, 'not the password'),
    });
  });
});
