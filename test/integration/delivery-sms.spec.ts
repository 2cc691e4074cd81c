import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Logger } from '@nestjs/common';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { emptyMessages, Replica } from './delivery-replica.js';

const SECRET = 'a secret of the gateway';
const NO_MAIL = 'smtp://127.0.0.1:1';

interface Call {
  path?: string;
  headers: IncomingHttpHeaders;
  body: string;
}

describe('delivery of texts', () => {
  const clock = new TestClock();
  let testDatabase: TestDatabase;
  let gateway: Server;
  let calls: Call[];
  let answer: (response: ServerResponse) => void;
  let sender: Replica;

  const url = (path = '/texts') => `http://127.0.0.1:${(gateway.address() as AddressInfo).port}${path}`;
  const start = async (env: Record<string, string>) => {
    sender = await Replica.start(testDatabase.url, clock, { SMTP_URL: NO_MAIL, ...env });
  };
  const startWithGateway = (env: Record<string, string> = {}) =>
    start({ SMS_WEBHOOK_URL: url(), SMS_WEBHOOK_SECRET: SECRET, ...env });
  const send = () => sender.send({ channel: 'sms', to: '+4915112345678', code: '493027' });

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    gateway = createServer((request, response) => {
      void text(request).then((body) => {
        calls.push({ path: request.url, headers: request.headers, body });
        answer(response);
      });
    });
    gateway.listen(0, '127.0.0.1');
    await once(gateway, 'listening');
  });
  afterAll(async () => {
    gateway.closeAllConnections();
    gateway.close();
    await testDatabase.drop();
  });
  beforeEach(() => {
    calls = [];
    answer = (response) => response.writeHead(202).end();
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  });
  afterEach(async () => {
    await sender.stop();
    await emptyMessages(testDatabase.url);
    jest.restoreAllMocks();
  });

  it('posts the text as JSON that the receiver can tell is ours', async () => {
    await startWithGateway();
    const id = await send();
    expect(await sender.settled(id, 'sent')).toMatchObject({ facts_sealed: null, tries: 1 });

    const [{ path, headers, body }] = calls as [Call];
    expect(path).toBe('/texts');
    expect(headers['content-type']).toBe('application/json');
    expect(headers['idempotency-key']).toBe(id);
    expect(JSON.parse(body)).toEqual({
      id,
      to: '+4915112345678',
      template: 'sign_in_code',
      text: '493027 is your Example sign-in code. It expires after 5 minutes. Do not share it.\n\n@auth.example.com #493027',
      expiresAt: '2026-01-15T12:05:00.000Z',
    });

    const [, seconds, signature] =
      /^t=(\d+),v1=([\da-f]{64})$/.exec(String(headers['countersign-signature'])) ?? [];
    expect(Number(seconds)).toBe(clock.now().getTime() / 1000);
    expect(signature).toBe(createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex'));
  });

  it.each([400, 401, 404, 410, 422])(
    'gives up on a text that the gateway refuses with %d',
    async (status) => {
      await startWithGateway();
      answer = (response) => response.writeHead(status).end('{"error":"+4915112345678"}');
      const row = await sender.settled(await send(), 'refused');
      expect(row).toMatchObject({ facts_sealed: null, tries: 1, last_error: `HTTP ${status}` });
    },
  );

  it.each([408, 429, 500, 503])('tries again after %d', async (status) => {
    await startWithGateway();
    answer = (response) => response.writeHead(status).end();
    expect(await sender.failed(await send(), 1)).toMatchObject({
      state: 'queued',
      last_error: `HTTP ${status}`,
    });
  });

  it('gives every copy of a text the same key', async () => {
    await startWithGateway();
    answer = (response) => response.writeHead(calls.length < 2 ? 500 : 200).end();
    const id = await send();
    await sender.failed(id, 1);
    clock.advanceSeconds(1);
    sender.outbox.wake();
    await sender.settled(id, 'sent');
    expect(calls.map(({ headers }) => headers['idempotency-key'])).toEqual([id, id]);
  });

  it('follows no redirect: it would carry the code to where nobody configured', async () => {
    await startWithGateway();
    answer = (response) => response.writeHead(307, { Location: url('/elsewhere') }).end();
    expect(await sender.failed(await send(), 1)).toMatchObject({ last_error: 'HTTP 307' });
    expect(calls.map(({ path }) => path)).toEqual(['/texts']);
  });

  it('has its hands free again within the time limit when the gateway does not answer', async () => {
    await startWithGateway({ SMTP_TIMEOUT_SECONDS: '1' });
    answer = () => undefined;
    const started = performance.now();
    expect(await sender.failed(await send(), 1)).toMatchObject({
      state: 'queued',
      last_error: 'TimeoutError',
    });
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('does not wait for the rest of an answer whose status says all', async () => {
    await startWithGateway();
    answer = (response) => void response.writeHead(200, { 'Content-Length': 1_000_000 }).write('a');
    await sender.settled(await send(), 'sent');
  });

  it('keeps the text when there is no gateway at the address', async () => {
    await start({ SMS_WEBHOOK_URL: 'http://127.0.0.1:1/', SMS_WEBHOOK_SECRET: SECRET });
    expect((await sender.failed(await send(), 1)).last_error).toMatch(/ECONNREFUSED|TypeError/);
  });

  it('shows the user name and password of the URL to the gateway as HTTP has it', async () => {
    const withLogin = new URL(url());
    withLogin.username = 'us er';
    withLogin.password = 'p:w';
    await startWithGateway({ SMS_WEBHOOK_URL: withLogin.href });
    await sender.settled(await send(), 'sent');
    expect(calls[0]?.headers.authorization).toBe(`Basic ${Buffer.from('us er:p:w').toString('base64')}`);
  });

  it('says so at once when nothing is configured to carry texts', async () => {
    await start({});
    const row = await sender.settled(await send(), 'refused');
    expect(row).toMatchObject({ facts_sealed: null, last_error: 'SMS_WEBHOOK_URL is not set' });
  });
});
