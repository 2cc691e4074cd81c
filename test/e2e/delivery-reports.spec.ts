import { createHmac } from 'node:crypto';
import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';

const TOKEN = 'token-of-the-account';
const SIGNATURE_SECRET = 'secret-of-the-signatures';
const PUBLIC_URL = 'https://auth.example.com';

/** What Twilio and Vonage say of texts, in the forms that their documents describe. */
describe('delivery reports', () => {
  let app: TestApp;
  let made = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      PUBLIC_URL,
      SMS_URL: `twilio://AC1:${TOKEN}@127.0.0.1:9?from=%2B15550100,vonage://key:secret@127.0.0.1:9?from=Us&signature_secret=${SIGNATURE_SECRET}`,
    });
  });
  afterAll(() => app.stop());

  /** A text that was handed over to this provider, which calls it so. */
  async function handedOver(
    provider: string,
  ): Promise<{ id: string; reference: string; providerId: string }> {
    made += 1;
    const row = { id: String(1000 + made), reference: `TEXT000${made}`, providerId: `SM${made}` };
    await app.rows(sql`
      INSERT INTO messages (id, channel, template, recipient, language, next_try_at, created_at, expires_at, state, ended_at,
        reference, provider, provider_id)
      VALUES (${row.id}::bigint, 'sms', 'sign-in-code', ${`+1555010${made}`}, 'en', now(), now(), now(), 'sent', now(),
        ${row.reference}, ${provider}, ${row.providerId})`);
    return row;
  }
  const events = (reference: string) =>
    app.rows(
      sql`SELECT kind, provider, detail FROM delivery_events WHERE reference = ${reference} ORDER BY at, id`,
    );
  const suppressed = async (reference: string) =>
    (await app.rows(sql`SELECT FROM suppressed_addresses WHERE reference = ${reference}`)).length;
  async function post(fields: Record<string, string>, headers: Record<string, string> = {}) {
    const body = new URLSearchParams(fields);
    return (await fetch(`${app.url}/delivery/events`, { method: 'POST', headers, body })).status;
  }
  /** Twilio's: the URL and all fields by name, HMAC-SHA-1 in base64. */
  function byTwilio(
    fields: Record<string, string>,
    { token = TOKEN, url = `${PUBLIC_URL}/delivery/events` } = {},
  ) {
    const signed = url + Object.entries(fields).sort().flat().join('');
    const signature = createHmac('sha1', token).update(signed).digest('base64');
    return post(fields, { 'X-Twilio-Signature': signature });
  }
  /** Vonage's: all fields by name, HMAC-SHA-256 in hex. */
  function byVonage(fields: Record<string, string>, { secret = SIGNATURE_SECRET, late = 0 } = {}) {
    const timestamp = String(Math.floor(app.clock.now().getTime() / 1000) - late);
    const all: Record<string, string> = { ...fields, timestamp };
    const signed = Object.keys(all)
      .sort()
      .map((name) => `&${name}=${all[name]}`)
      .join('');
    return post({ ...all, sig: createHmac('sha256', secret).update(signed).digest('hex').toUpperCase() });
  }

  it('takes what Twilio says of a text, once, and suppresses a number that never gets one', async () => {
    const { reference, providerId: MessageSid } = await handedOver('twilio');
    expect(await byTwilio({ MessageSid, MessageStatus: 'sent' })).toBe(204);
    expect(await byTwilio({ MessageSid, MessageStatus: 'failed', ErrorCode: '30003' })).toBe(204);
    expect(await suppressed(reference)).toBe(0);
    for (let time = 0; time < 2; time += 1)
      expect(await byTwilio({ MessageSid, MessageStatus: 'undelivered', ErrorCode: '30006' })).toBe(204);
    expect(await events(reference)).toEqual([
      { kind: 'failed', provider: 'twilio', detail: '30003' },
      { kind: 'bounced', provider: 'twilio', detail: '30006' },
    ]);
    expect(await suppressed(reference)).toBe(1);
  });

  it('takes what Vonage says of a text, by the id that it was handed over with', async () => {
    const { id, reference } = await handedOver('vonage');
    const receipt = { 'client-ref': id, messageId: 'V1', 'err-code': '0' };
    expect(await byVonage({ ...receipt, status: 'buffered' })).toBe(204);
    expect(await byVonage({ ...receipt, status: 'delivered' }, { late: 300 })).toBe(204);
    expect(await byVonage({ ...receipt, status: 'failed', 'err-code': '9' })).toBe(204);
    expect(await events(reference)).toEqual([
      { kind: 'delivered', provider: 'vonage', detail: '0' },
      { kind: 'bounced', provider: 'vonage', detail: '9' },
    ]);
    expect(await suppressed(reference)).toBe(1);
  });

  it('takes nothing that is forged, changed, late, of another URL, or of a text that another provider had', async () => {
    const { id, reference, providerId: MessageSid } = await handedOver('vonage');
    const failed = { MessageSid, MessageStatus: 'failed', ErrorCode: '30005' };
    expect(await byTwilio(failed, { token: 'another' })).toBe(401);
    expect(await byTwilio(failed, { url: 'https://elsewhere.example.com/delivery/events' })).toBe(401);
    expect(await post(failed, { 'X-Twilio-Signature': '' })).toBe(401);
    expect(await byTwilio(failed)).toBe(204);
    const receipt = { 'client-ref': id, status: 'failed', 'err-code': '9' };
    expect(await byVonage(receipt, { secret: 'another' })).toBe(401);
    expect(await byVonage(receipt, { late: 301 })).toBe(401);
    expect(await byVonage(receipt, { late: -301 })).toBe(401);
    expect(await post({ ...receipt, sig: '' })).toBe(401);
    expect(await events(reference)).toEqual([]);
    expect(await suppressed(reference)).toBe(0);
  });
});
