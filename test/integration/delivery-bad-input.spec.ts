import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { SmsReceiver } from '../support/sms-receiver.js';
import { SmtpReceiver } from '../support/smtp-receiver.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { emptyMessages, Replica } from './delivery-replica.js';

const MEGABYTES = 'x'.repeat(10_000_000);
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

describe('mails whose provider or address is not as it should be', () => {
  const clock = new TestClock();
  let testDatabase: TestDatabase;
  let open: { stop(): unknown }[];

  const replica = async (SMTP_URL: string, env: Record<string, string> = {}) => {
    const started = await Replica.start(testDatabase.url, clock, { SMTP_URL, WEBHOOK_SECRET, ...env });
    open.unshift(started);
    return started;
  };
  const receive = async () => {
    const receiver = await SmtpReceiver.start();
    open.push(receiver);
    return receiver;
  };

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
  });
  afterAll(() => testDatabase.drop());
  beforeEach(() => {
    open = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  });
  afterEach(async () => {
    for (const one of open) await one.stop();
    await emptyMessages(testDatabase.url);
    jest.restoreAllMocks();
  });

  it('reach a domain of other scripts by the name that it has in the DNS', async () => {
    const receiver = await receive();
    const sender = await replica(receiver.url());
    await sender.settled(await sender.send({ to: 'ann@bücher.example' }), 'sent');
    // Written out again by the receiver.
    expect(receiver.recipients).toEqual(['ann@bücher.example']);
    expect(receiver.received[0]?.raw).toContain('To: ann@xn--bcher-kva.example\r\n');
  });

  it.each([
    ['a quoted local part', '"a b"@example.com'],
    ['320 characters', `${'a'.repeat(64)}@${'b'.repeat(251)}.com`],
  ])('are refused for good to an address with %s, and nothing is said to the server', async (_, to) => {
    const receiver = await receive();
    const sender = await replica(receiver.url());
    await sender.settled(await sender.send({ to }), 'refused');
    expect(receiver.connections).toBe(0);
  });

  it.each([
    ['its greeting', ''],
    ['the answer to EHLO', '220 hello\r\n'],
  ])('leave hands free in time while a server says 10 MB as %s', async (_, greeting) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(greeting || `220-${MEGABYTES}`);
      if (greeting) socket.once('data', () => socket.write(`250-${MEGABYTES}`));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({ stop: () => void server.close() });
    const url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sender = await replica(url, { SMTP_TIMEOUT_SECONDS: '1' });
    const row = await sender.failed(await sender.send(), 1);
    expect(row).toMatchObject({ state: 'queued', provider_id: null });
    expect(row.last_error?.length).toBeLessThan(100);
  });

  it('give up in time where they wait for a connection that hangs, as the one on it does', async () => {
    const receiver = await receive();
    const held = receiver.hold();
    const sender = await replica(receiver.url(), { SMTP_CONNECTIONS: '1', SMTP_TIMEOUT_SECONDS: '1' });
    const ids = [await sender.queue(), await sender.queue()];
    sender.outbox.wake();
    const rows = await Promise.all(ids.map((id) => sender.failed(id, 1)));
    expect(rows.map(({ state }) => state)).toEqual(['queued', 'queued']);
    expect(held.mails).toBe(1);
    held.release();
  });

  it.each([421, 450, 451, 550, 554])('are kept where a server answers with %d what it has', async (code) => {
    const receiver = await receive();
    receiver.onMail = () => code;
    const sender = await replica(receiver.url());
    const row = await sender.failed(await sender.send(), 1);
    expect(row).toMatchObject({ state: 'queued', last_error: expect.stringContaining(String(code)) });
  });

  const answered =
    (status: number, body = '', headers = {}) =>
    (response: ServerResponse) =>
      void response.writeHead(status, headers).end(body);
  it.each<[string, (response: ServerResponse) => void, string, RegExp | null]>([
    ['500', answered(500, MEGABYTES), 'queued', /^HTTP 500$/],
    ['429', answered(429, '', { 'Retry-After': '9' }), 'queued', /^HTTP 429$/],
    ['400', answered(400), 'refused', /^HTTP 400$/],
    ['a redirect', answered(302, '', { Location: 'http://127.0.0.1:1/' }), 'queued', /^HTTP 302$/],
    ['200 and an error, which is no word of ours', answered(200, '{"error":"no"}'), 'sent', null],
    ['200 and 10 MB', answered(200, MEGABYTES), 'sent', null],
    ['nothing', () => undefined, 'queued', /^TimeoutError$/],
    ['half an answer', (response) => void response.socket?.end('HTTP/1.1 2'), 'queued', /./],
  ])('are judged by its status where a webhook answers %s', async (_, answer, state, error) => {
    const hook = await SmsReceiver.start();
    open.push(hook);
    hook.answer = answer;
    const sender = await replica(hook.url('/mails'), { SMTP_TIMEOUT_SECONDS: '1' });
    const id = await sender.send();
    const row = state === 'queued' ? await sender.failed(id, 1) : await sender.settled(id, state);
    expect(row).toMatchObject({ state });
    if (error) expect(row.last_error).toMatch(error);
    expect(hook.received.map(({ headers }) => headers['webhook-id'])).toEqual([id]);
  });
});
