import { createHmac } from 'node:crypto';
import { AccountsService, AccountStateService, messageSentence } from '@app/administration';
import type { SecondFactor } from '@app/accounts';
import { sql } from '@app/database';
import { MessageEntity } from '@app/delivery';
import { DataSource } from 'typeorm';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { mailedLink } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const SECRET = 'the key of the reports';
const LIMIT = 1100;
const LIMITED = { DELIVERY_EVENTS_PER_MINUTE_LIMIT: String(LIMIT) };

const json = (body: string) => ({ body, headers: { 'Content-Type': 'application/json' } });

describe('POST /delivery/events', () => {
  let app: TestApp;
  let ids = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DELIVERY_EVENTS_SECRET: SECRET, ...LIMITED });
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
    return newestTo(email);
  }
  async function newestTo(email: string) {
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

  it('says so in account show and attempt explain, and sends again once something has arrived', async () => {
    const email = 'back@example.com';
    const account = await app.createAccount({ email, secondFactor: 'none' });
    const before = await mailed(email);
    const since = app.clock.now();
    await report('message.bounced', { reference: before.reference, code: '5.1.1' });
    const { reference } = await mailed(email);
    const state = () => app.nest.get(AccountStateService).of(entity, app.clock.now());
    const entity = await app.nest.get(AccountsService).find(account.id);
    expect((await state()).suppressed).toEqual([
      { address: email, since, reference: before.reference, detail: '5.1.1' },
    ]);
    const messages = app.nest.get(DataSource).getRepository(MessageEntity);
    const withheld = messageSentence(await messages.findOneByOrFail({ reference }), app.clock.now());
    expect(withheld).toContain('because a message to this address came back for good');
    expect(await report('message.delivered', { reference: before.reference })).toBe(204);
    expect((await state()).suppressed).toEqual([]);
    expect((await mailed(email)).last_error).toBeNull();
  });

  const navixyCode = async (email: string) => {
    const client = new NavixyClient(app);
    const { hash, code } = await client.pending(email);
    return () => client.verify(hash, code);
  };
  const wachtCode = async (email: string) => {
    const client = new WachtClient(app);
    const { id, code } = await client.begun(email);
    return () => client.verify(id, code);
  };
  const yatLink = async (email: string) => {
    const token = await mailedLink(app, email);
    return () => new YatClient(app).post('/auth/magic_link/token', { token });
  };
  it.each<[string, SecondFactor, (email: string) => Promise<() => Promise<{ status: number }>>]>([
    ['a link (yat)', 'none', yatLink],
    ['a code to sign in with (wacht)', 'none', wachtCode],
    ['a code of the second factor (navixy)', 'email', navixyCode],
  ])('sends again to a mailbox whose owner uses what came before: %s', async (what, secondFactor, arrive) => {
    const email = `reads${what.length}@example.com`;
    await app.createAccount({ email, secondFactor });
    app.clock.advanceSeconds(61);
    const use = await arrive(email);
    const { reference } = await newestTo(email);
    await report('message.bounced', { reference });
    const suppressed = () => app.rows(sql`SELECT FROM suppressed_addresses WHERE address = ${email}`);
    expect(await suppressed()).toHaveLength(1);
    expect((await use()).status).toBe(200);
    expect(await suppressed()).toHaveLength(0);
  });

  it('takes no more of an address than its limit in a minute', async () => {
    app.clock.advanceSeconds(61);
    const statuses = await Promise.all(
      Array.from({ length: LIMIT + 1 }, () => report('message.bounced', { reference: 'ZZZZZZZZ' })),
    );
    expect(statuses.filter((status) => status === 204)).toHaveLength(LIMIT);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    app.clock.advanceSeconds(61);
    expect(await report('message.bounced', { reference: 'ZZZZZZZZ' })).toBe(204);
  });

  it('takes a report that is sent a hundred times at once as one', async () => {
    const email = 'often@example.com';
    await app.createAccount({ email, secondFactor: 'none' });
    const { reference } = await mailed(email);
    const all = Array.from({ length: 100 }, () => report('message.failed', { reference }, { id: 'again' }));
    expect(new Set(await Promise.all(all))).toEqual(new Set([204]));
    expect(await app.rows(sql`SELECT FROM delivery_events WHERE reference = ${reference}`)).toHaveLength(1);
  });

  describe('of hostile input', () => {
    const RAW: [string, RequestInit, number][] = [
      ['nothing', {}, 401],
      ['a body that is too large', json(`{"type":"${'x'.repeat(70_000)}"}`), 413],
      ['what is no JSON', json('{"type":'), 400],
      ['a list', json('[]'), 401],
      ['null', json('null'), 400],
      ['a text', json('"message.bounced"'), 400],
      ['a number', json('1e999'), 400],
      ['too deep a body', json(`${'['.repeat(200)}${']'.repeat(200)}`), 400],
      ['a thousand reports in one', json(JSON.stringify(Array(1000).fill({ type: 'message.bounced' }))), 400],
      ['a name twice', json('{"type":"message.bounced","type":"message.failed"}'), 400],
      [
        'a form of odd names',
        {
          body: new URLSearchParams('__proto__=x&sig=x&a[b]=c'),
        },
        401,
      ],
      [
        'a form of a thousand fields',
        {
          body: new URLSearchParams(
            Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`f${n}`, 'x'])),
          ),
        },
        413,
      ],
      [
        'an empty signature',
        { headers: { 'webhook-id': 'x', 'webhook-timestamp': '0', 'webhook-signature': '' } },
        401,
      ],
      [
        'a huge time',
        { headers: { 'webhook-id': 'x', 'webhook-timestamp': '9'.repeat(400), 'webhook-signature': 'v1,x' } },
        401,
      ],
      [
        'signatures without end',
        { headers: { 'webhook-id': 'x', 'webhook-signature': 'v1,x '.repeat(2000) } },
        401,
      ],
      ['an id of odd bytes', { headers: { 'webhook-id': 'x\u00ff', 'webhook-signature': 'v1,x' } }, 401],
      [
        'a signature of Twilio that is none',
        { headers: { 'X-Twilio-Signature': 'x' }, ...{ body: new URLSearchParams({ MessageSid: '1' }) } },
        401,
      ],
    ];

    it.each(RAW)('answers %s with a refusal', async (_, init, expected) => {
      const answer = await fetch(`${app.url}/delivery/events`, { method: 'POST', ...init });
      expect([answer.status, (await answer.text()).includes('stack')]).toEqual([expected, false]);
    });

    const reference = 'K7QZ2M4X';
    it.each([
      ['a type that is none', 'toString', { reference }, 400],
      ['a reference of another type', 'message.bounced', { reference: 7 }, 400],
      ['a reference that could be SQL', 'message.bounced', { reference: "'; DROP TABLE messages; --" }, 400],
      ['a reference with a zero byte', 'message.bounced', { reference: 'K7QZ\u00002M4X' }, 400],
      ['an id beyond what is counted', 'message.bounced', { id: '9'.repeat(19) }, 400],
      ['the largest id there can be', 'message.bounced', { id: '9'.repeat(18) }, 204],
      ['a code with a line break', 'message.bounced', { reference, code: '5.1.1\r\nX: y' }, 400],
      ['a code without end', 'message.bounced', { reference, code: '5'.repeat(33) }, 400],
      ['fields that nobody knows', 'message.bounced', { reference, more: { a: [1] } }, 204],
      ['half of a character', 'message.bounced', { reference, code: '\ud800' }, 400],
    ])('of who signs answers %s', async (_, type, data, expected) => {
      expect(await report(type, data)).toBe(expected);
    });
  });
});
