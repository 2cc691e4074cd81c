import { Client } from 'pg';
import { RunningService } from '../../test/support/running-service.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { sideBySide, type Work } from './side-by-side.js';

const ROUNDS = 500;
const WARM_UP = 100;
const ORG = 'or-30tnh-itmjs-s235s5ontr3r23h2';
const OTHER_ORG = 'or-30tnh-itmjs-s235s5ontr3r23h3';

/** The service in a process of its own: a client beside it would wait for the mail that is being sent, and not for the answer. */
describe('dfns: asking for a recovery code takes the same time for known and unknown people', () => {
  let database: TestDatabase;
  let service: RunningService;

  beforeAll(async () => {
    database = await createTestDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `INSERT INTO accounts (id, email, org_id, activated_at, created_at, updated_at)
       SELECT row_number() OVER (), who || i || '@example.com', '${ORG}', now(), now(), now()
       FROM unnest(ARRAY['known', 'other', 'limited']) who, generate_series(0, ${ROUNDS}) i`,
    );
    await client.end();
    const generous = { DFNS_REQUESTS_PER_MINUTE_LIMIT: '1000000' };
    service = await RunningService.start({ DATABASE_URL: database.url, ...generous });
    for (let i = 0; i < WARM_UP; i += 1) await ask(`warm${i}`);
    await ask('limited0');
  }, 600_000);
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  async function ask(who: string, orgId = ORG): Promise<void> {
    const answer = await fetch(`${service.url}/auth/recover/user/code`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: `${who}@example.com`, orgId }),
    });
    await answer.arrayBuffer();
    expect(answer.status).toBe(200);
  }

  it('POST /auth/recover/user/code', async () => {
    const kinds: Record<string, Work> = {
      unknown: (i) => ask(`unknown${i}`),
      known: (i) => ask(`known${i}`),
      'other organisation': (i) => ask(`other${i}`, OTHER_ORG),
      limited: () => ask('limited0'),
    };
    await sideBySide('POST /auth/recover/user/code', ROUNDS, kinds);
  });
});
