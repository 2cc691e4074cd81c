import { sql } from '@app/database';
import { RecoveryDelayService } from '../../apps/auth/src/recovery/recovery-delay.service.js';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';

const DAY = 86_400;

describe('a recovery that waits', () => {
  let app: TestApp;
  let client: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, RECOVERY_DELAY_SECONDS: String(DAY) });
    client = new DfnsClient(app);
    people = new DfnsPeople(app, client);
  });
  afterAll(() => app.stop());

  const completeDue = () => app.nest.get(RecoveryDelayService, { strict: false }).completeDue();

  async function proven() {
    const member = await people.member();
    const { challenge, temporaryAuthenticationToken } = await people.recoveryChallenge(member);
    const key = new SoftwareKey();
    const newCredentials = { firstFactorCredential: key.create(challenge) };
    const body = { recovery: member.recoveryKey.recover(newCredentials), newCredentials };
    const count = app.mailbox.count(member.email);
    const answer = await client.post('/auth/recover/user', body, temporaryAuthenticationToken);
    const { text } = await app.mailbox.newest(member.email, count + 1);
    const link = /http\S+\/auth\/recover\/stop\?token=[\w-]+/.exec(text)?.[0] as string;
    return { member, key, answer, stopPath: link.replace('http://localhost:3000', '') };
  }
  const page = async (path: string, method: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${app.url}${path}`, { method, headers });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      policy: response.headers.get('content-security-policy'),
      text: await response.text(),
    };
  };

  it('says when the new keys become good, and changes nothing before', async () => {
    const { member, key, answer } = await proven();
    expect(answer.status).toBe(200);
    const activeFrom = new Date(app.clock.now().getTime() + DAY * 1000).toISOString();
    expect(answer.body['credential']).toMatchObject({ kind: 'Key', activeFrom });
    app.clock.advanceSeconds(DAY - 1);
    await completeDue();
    expect((await people.login(member)).status).toBe(200);
    expect((await people.login({ email: member.email, key })).status).toBe(401);
  });

  it('is done when it is due: keys replaced, sessions ended, every replica at once', async () => {
    const { member, key } = await proven();
    await people.login(member);
    app.clock.advanceSeconds(DAY);
    await Promise.all(Array.from({ length: 4 }, completeDue));
    expect((await people.login(member)).status).toBe(401);
    expect((await people.login({ email: member.email, key })).status).toBe(200);
    const done = sql`SELECT FROM messages WHERE account_id = ${member.id} AND template = 'recovery_completed'`;
    expect(await app.rows(done)).toHaveLength(1);
    const ended = sql`SELECT end_reason FROM sessions WHERE account_id = ${member.id} AND ended_at IS NOT NULL`;
    expect(await app.rows(ended)).toEqual([{ end_reason: 'recovered' }]);
  });

  it('is stopped from the mail, by a press of the button and not by opening the link', async () => {
    const { member, key, stopPath } = await proven();
    expect(await page(stopPath, 'GET')).toMatchObject({
      status: 200,
      type: 'text/html; charset=utf-8',
      policy: expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/),
      text: expect.stringContaining('<form'),
    });
    expect((await page(stopPath, 'POST')).text).toContain('is stopped');
    expect((await page(stopPath, 'POST')).text).toContain('no recovery');
    app.clock.advanceSeconds(DAY);
    await completeDue();
    expect((await people.login(member)).status).toBe(200);
    expect((await people.login({ email: member.email, key })).status).toBe(401);
  });

  it('is stopped in the language of the browser', async () => {
    const { stopPath } = await proven();
    const german = { 'Accept-Language': 'de' };
    expect((await page(stopPath, 'GET', german)).text).toContain('Wiederherstellung aufhalten</button>');
    expect((await page(stopPath, 'POST', german)).text).toContain('ist aufgehalten');
    expect((await page(stopPath, 'POST', german)).text).toContain('Es gibt keine Wiederherstellung');
  });

  it('abuse: is not stopped by a page of another site', async () => {
    const { stopPath } = await proven();
    expect((await page(stopPath, 'POST', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await page(stopPath, 'POST', { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await page(stopPath, 'POST', { 'Sec-Fetch-Site': 'same-origin' })).text).toContain('is stopped');
  });

  it('abuse: cannot be stopped with another token, or when it is done', async () => {
    const { member, key, stopPath } = await proven();
    expect((await page('/auth/recover/stop?token=made-up', 'POST')).text).toContain('no recovery');
    expect((await page('/auth/recover/stop?token=a&token=b', 'POST')).text).toContain('no recovery');
    app.clock.advanceSeconds(DAY);
    await completeDue();
    expect((await page(stopPath, 'POST')).text).toContain('no recovery');
    expect((await people.login({ email: member.email, key })).status).toBe(200);
  });
});
