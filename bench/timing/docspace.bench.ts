import { DocspaceClient } from '../../test/support/docspace-client.js';
import { TestApp } from '../../test/support/test-app.js';
import { sideBySide, type Work } from './side-by-side.js';

const ROUNDS = 300;
const WARM_UP = 20;
const WRONG = { password: 'not the password' };
const WRONG_HASH = { passwordHash: '0'.repeat(64) };

describe('docspace: a name that exists and one that does not take the same time', () => {
  let app: TestApp;
  let client: DocspaceClient;

  beforeAll(async () => {
    app = await TestApp.start({
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '1000000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '100000',
    });
    client = new DocspaceClient(app);
    for (let i = 0; i < ROUNDS; i += 1)
      await app.createAccount({ email: `known${i}@example.com`, secondFactor: 'totp' });
    for (let i = 0; i < WARM_UP; i += 1) await client.signIn(`warm${i}@example.com`);
  }, 600_000);
  afterAll(() => app.stop());

  it.each(['/authentication', '/authentication/123456'])('POST %s', async (path) => {
    const send =
      (who: string, proof: object): Work =>
      async (round) => {
        const { status } = await client.call('POST', path, {
          userName: `${who}${round}@example.com`,
          ...proof,
        });
        expect(status).toBe(401);
      };
    await sideBySide(`POST ${path}`, ROUNDS, {
      'unknown, password': send('unknown', WRONG),
      'known, password': send('known', WRONG),
      'unknown, hash': send('unknown', WRONG_HASH),
      'known, hash': send('known', WRONG_HASH),
    });
  });
});
