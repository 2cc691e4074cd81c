import { NavixyClient } from '../../test/support/navixy-client.js';
import { TestApp } from '../../test/support/test-app.js';
import { sideBySide } from './side-by-side.js';

const ROUNDS = 200;

describe('navixy: a login that exists and one that does not take the same time', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '1000000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '100000',
    });
    for (let i = 0; i < ROUNDS; i += 1) await app.createAccount({ email: `known${i}@example.com` });
  }, 600_000);
  afterAll(() => app.stop());

  it('POST /user/auth with a wrong password', async () => {
    const client = new NavixyClient(app);
    await sideBySide('POST /user/auth with a wrong password', ROUNDS, {
      unknown: (i) => client.signIn(`unknown${i}@example.com`, 'not the password'),
      known: (i) => client.signIn(`known${i}@example.com`, 'not the password'),
    });
  });
});
