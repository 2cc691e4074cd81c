import { sql } from '@app/database';
import { otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

const password = 'gelbe Kanne im Schnee 7';

/** A stranger who names an address before its owner does must not shut its owner out of signing up. */
describe('abuse: signing up with the address of a newcomer, wacht', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      TRUSTED_PROXIES: 'loopback',
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      RESEND_HOURLY_LIMIT: '5',
      RESEND_HOURLY_TOTAL_LIMIT: '20',
    });
  });
  afterAll(() => app.stop());

  const freshEmail = () => `newcomer${(people += 1)}@example.com`;

  async function begun(email: string, network: string) {
    const client = new WachtClient(app, { 'X-Forwarded-For': network });
    const { id } = await client.signUp({ email, password });
    const before = app.mailbox.count(email);
    const prepared = await client.prepareSignUp(id);
    const mailed = async () => app.mailbox.code(email, before + 1);
    return { client, id, prepared, code: prepared.status === 200 ? await mailed() : '' };
  }

  /** All wrong guesses that a code bears, at as many codes as this network is sent. */
  async function guess(email: string, network: string, codes: number): Promise<(string | undefined)[]> {
    const answers: (string | undefined)[] = [];
    for (let sent = 0; sent < codes; sent += 1) {
      const { client, id, code } = await begun(email, network);
      for (let wrong = 0; wrong < 5; wrong += 1)
        answers.push((await client.verifySignUp(id, otherThan(code))).code);
    }
    return answers;
  }

  async function signsUp(email: string, network: string): Promise<void> {
    const { client, id, prepared, code } = await begun(email, network);
    expect(prepared.status).toBe(200);
    expect((await client.verifySignUp(id, code)).body.session.signins).toHaveLength(1);
    expect(await app.rows(sql`SELECT FROM accounts WHERE email = ${email}`)).toHaveLength(1);
  }

  it('from one network spends the guesses of the address and the sends of the network, and nothing of its owner', async () => {
    const email = freshEmail();
    expect(await guess(email, '203.0.113.1', 4)).toEqual(Array(20).fill('INVALID_CODE'));
    expect(await guess(email, '203.0.113.1', 1)).toEqual([
      'INVALID_CODE',
      ...Array(4).fill('TOO_MANY_ATTEMPTS'),
    ]);
    expect((await begun(email, '203.0.113.1')).prepared.status).toBe(429);
    await signsUp(email, '203.0.113.2');
  });

  it('from many networks spends no guess of the owner either, who may be in one of them', async () => {
    const email = freshEmail();
    await guess(email, '203.0.113.1', 2);
    await guess(email, '203.0.113.2', 2);
    await guess(email, '2001:db8:1:1::1', 2);
    await signsUp(email, '2001:db8:1:1::2');
  });

  it('bears one guess at a code beyond those of the address, also of many at once, and no second', async () => {
    const email = freshEmail();
    await guess(email, '203.0.113.1', 4);
    const { client, id, code } = await begun(email, '203.0.113.2');
    const many = await Promise.all(
      Array.from({ length: 16 }, () => client.copy().verifySignUp(id, otherThan(code))),
    );
    expect(many.filter((answer) => answer.code === 'INVALID_CODE')).toHaveLength(1);
    const spent = await client.verifySignUp(id, code);
    expect([spent.code, spent.headers.get('retry-after')]).toEqual(['TOO_MANY_ATTEMPTS', '300']);
    app.clock.advanceSeconds(60);
    await signsUp(email, '203.0.113.2');
  });

  it('is sent no more than the total of all networks, which is over within the hour', async () => {
    const email = freshEmail();
    for (let network = 1; network <= 4; network += 1)
      for (let sent = 0; sent < 5; sent += 1)
        expect((await begun(email, `203.0.113.${network}`)).prepared.status).toBe(200);
    app.clock.advanceSeconds(3599);
    const { prepared } = await begun(email, '203.0.113.5');
    expect([prepared.status, prepared.headers.get('retry-after')]).toEqual([429, '1']);
    app.clock.advanceSeconds(1);
    await signsUp(email, '203.0.113.5');
  });
});
