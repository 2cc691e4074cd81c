import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { ORG } from '../support/dfns-people.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** How a stranger has something sent to an address, who has proven nothing: method, path and body. */
const ASKED_BY_ANYBODY: Record<string, (email: string) => [string, string, object]> = {
  'a recovery code (dfns)': (username) => ['POST', '/auth/recover/user/code', { username }],
  'a login code (dfns)': (username) => ['POST', '/auth/login/code', { username }],
  'a registration code (dfns)': (username) => ['PUT', '/auth/registration/code', { username, orgId: ORG }],
  'a magic link (yat)': (email) => ['POST', '/auth/magic_link', { email }],
  'a reset link (wacht)': (email) => ['POST', '/auth/forgot-password', { email }],
};

describe('the sends that anybody may ask for', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ TRUSTED_PROXIES: 'loopback' });
  });
  afterAll(() => app.stop());

  async function person() {
    const email = `share${(people += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none', orgId: ORG });
    return email;
  }

  const sentTo = async (email: string) =>
    (await app.rows(sql`SELECT FROM messages WHERE recipient = ${email}`)).length;

  describe.each(Object.entries(ASKED_BY_ANYBODY))('%s', (_, requestFor) => {
    /** A call from this network after the waiting time; answers how many messages there are now. */
    async function ask(email: string, network: string) {
      const [method, path, body] = requestFor(email);
      const headers = { ...JSON_TYPE, 'X-Forwarded-For': network };
      const response = await fetch(`${app.url}${path}`, { method, headers, body: JSON.stringify(body) });
      app.clock.advanceSeconds(60);
      return { sent: await sentTo(email), waits: response.headers.get('retry-after') };
    }

    it('is sent five times in an hour at the call of one network, and goes on for another', async () => {
      const email = await person();
      for (let sent = 1; sent <= 5; sent += 1) expect((await ask(email, '203.0.113.1')).sent).toBe(sent);
      const refused = await ask(email, '203.0.113.1');
      expect(refused.sent).toBe(5);
      expect([null, '3300']).toContain(refused.waits);
      expect((await ask(email, '203.0.113.2')).sent).toBe(6);
    });

    it('counts an IPv6 network of 64 bits as one', async () => {
      const email = await person();
      for (let sent = 1; sent <= 5; sent += 1) await ask(email, `2001:db8:1:1::${sent}`);
      expect((await ask(email, '2001:db8:1:1:ffff::1')).sent).toBe(5);
      expect((await ask(email, '2001:db8:1:2::1')).sent).toBe(6);
    });

    it('is sent twenty times in an hour to one recipient, whoever asks', async () => {
      const email = await person();
      for (let sent = 1; sent <= 20; sent += 1)
        expect((await ask(email, `203.0.113.${Math.ceil(sent / 5)}`)).sent).toBe(sent);
      const refused = await ask(email, '203.0.113.9');
      expect(refused.sent).toBe(20);
      expect([null, '2400']).toContain(refused.waits);
      app.clock.advanceSeconds(3600 - 21 * 60 - 1);
      expect((await ask(email, '203.0.113.9')).sent).toBe(20);
      // Nothing of its share was used up by what was refused to all.
      for (let sent = 21; sent <= 25; sent += 1) expect((await ask(email, '203.0.113.9')).sent).toBe(sent);
    });

    it('of 16 calls at once sends one, and takes one of the share', async () => {
      const email = await person();
      const [method, path, body] = requestFor(email);
      const headers = { ...JSON_TYPE, 'X-Forwarded-For': '203.0.113.1' };
      const call = () => fetch(`${app.url}${path}`, { method, headers, body: JSON.stringify(body) });
      await Promise.all(Array.from({ length: 16 }, call));
      expect(await sentTo(email)).toBe(1);
      app.clock.advanceSeconds(60);
      for (let sent = 2; sent <= 5; sent += 1) expect((await ask(email, '203.0.113.1')).sent).toBe(sent);
    });
  });

  it('are counted by network for a code of wacht too', async () => {
    const email = await person();
    const ask = async (network: string) => {
      const client = new WachtClient(app, { 'X-Forwarded-For': network });
      const { id } = await client.signIn({ strategy: 'email_otp', email });
      return (await client.prepare(id)).status;
    };
    for (let sent = 1; sent <= 5; sent += 1) expect(await ask('203.0.113.1')).toBe(200);
    expect(await ask('203.0.113.1')).toBe(429);
    expect(await ask('203.0.113.2')).toBe(200);
  });
});
