import { createHmac } from 'node:crypto';
import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

const SECRET = 'the key of the reports';

describe('POST /delivery/events', () => {
  let app: TestApp;
  let ids = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DELIVERY_EVENTS_SECRET: SECRET });
  });
  afterAll(() => app.stop());

  async function report(
    type: string,
    data: object,
    { id = `msg_${(ids += 1)}`, late = 0, secret = SECRET, sent = '' } = {},
  ) {
    const body = JSON.stringify({ type, data });
    const timestamp = String(Math.floor(app.clock.now().getTime() / 1000) - late);
    const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    const headers = {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,b3RoZXI= v1,${mac}`,
    };
    return (await fetch(`${app.url}/delivery/events`, { method: 'POST', headers, body: sent || body }))
      .status;
  }
  async function mailed(email: string) {
    app.clock.advanceSeconds(61);
    await new YatClient(app).post('/auth/magic_link', { email });
    const [row] = await app.rows<{ reference: string; last_error: string | null }>(
      sql`SELECT reference, last_error FROM messages WHERE recipient = ${email} ORDER BY id DESC LIMIT 1`,
    );
    return row as { reference: string; last_error: string | null };
  }
  const events = () => app.rows(sql`SELECT reference, kind, detail FROM delivery_events`);

  it('takes nothing that is forged, changed, late or of another form', async () => {
    await app.createAccount({ email: 'forged@example.com', secondFactor: 'none' });
    const { reference } = await mailed('forged@example.com');
    const bounce = (more: object) => report('message.bounced', { reference }, more);
    expect(await bounce({ secret: 'another key of them' })).toBe(401);
    expect(await bounce({ late: 301 })).toBe(401);
    expect(await bounce({ late: -301 })).toBe(401);
    expect(await bounce({ sent: '{"type":"message.bounced"}' })).toBe(401);
    expect(await report('message.eaten', { reference })).toBe(400);
    expect(await report('message.bounced', {})).toBe(400);
    expect(await report('message.bounced', { reference: 'ZZZZZZZZ' })).toBe(204);
    expect(await events()).toEqual([]);
  });

  it('withholds what would go to an address whose mail came back for good, once, and answers as ever', async () => {
    const email = 'gone@example.com';
    await app.createAccount({ email, secondFactor: 'none' });
    const { reference, last_error } = await mailed(email);
    expect(last_error).toBeNull();
    expect(await report('message.delayed', { reference, code: '4.2.2' })).toBe(204);
    expect((await mailed(email)).last_error).toBeNull();
    const once = { id: 'the-same', late: 300 };
    expect(await report('message.bounced', { reference, code: '5.1.1' }, once)).toBe(204);
    expect(await report('message.bounced', { reference, code: '5.1.1' }, { id: 'the-same' })).toBe(204);
    expect(await events()).toEqual([
      { reference, kind: 'delayed', detail: '4.2.2' },
      { reference, kind: 'bounced', detail: '5.1.1' },
    ]);
    expect((await mailed(email)).last_error).toBe('suppressed');
  });
});
