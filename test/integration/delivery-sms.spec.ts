import { Logger } from '@nestjs/common';
import { signedAt, SmsReceiver, type ReceivedText } from '../support/sms-receiver.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { emptyMessages, Replica } from './delivery-replica.js';

const NO_MAIL = 'smtp://127.0.0.1:1';

describe('delivery of texts', () => {
  const clock = new TestClock();
  let testDatabase: TestDatabase;
  let gateway: SmsReceiver;
  let sender: Replica;

  const start = async (env: Record<string, string>) => {
    sender = await Replica.start(testDatabase.url, clock, { SMTP_URL: NO_MAIL, ...env });
  };
  const startWithGateway = (env: Record<string, string> = {}) => start({ ...gateway.environment, ...env });
  const send = () => sender.send({ channel: 'sms', to: '+4915112345678', code: '493027' });

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    gateway = await SmsReceiver.start();
  });
  afterAll(async () => {
    await gateway.stop();
    await testDatabase.drop();
  });
  beforeEach(() => {
    gateway.reset();
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

    const [text] = gateway.received as [ReceivedText];
    const { path, headers, body } = text;
    expect(path).toBe('/texts');
    expect(headers['content-type']).toBe('application/json');
    expect(headers['idempotency-key']).toBe(id);
    expect(JSON.parse(body)).toEqual({
      id,
      to: '+4915112345678',
      template: 'sign_in_code',
      text: expect.stringMatching(
        /^493027 is your Example sign-in code\. It expires after 5 minutes\. Do not share it\. Ref\. \w{8}\n\n@auth\.example\.com #493027$/,
      ) as string,
      expiresAt: '2026-01-15T12:05:00.000Z',
    });
    expect(signedAt(text)).toBe(clock.now().getTime() / 1000);
  });

  it.each([400, 401, 404, 410, 422])(
    'gives up on a text that the gateway refuses with %d',
    async (status) => {
      await startWithGateway();
      gateway.answer = (response) => response.writeHead(status).end('{"error":"+4915112345678"}');
      const row = await sender.settled(await send(), 'refused');
      expect(row).toMatchObject({ facts_sealed: null, tries: 1, last_error: `HTTP ${status}` });
    },
  );

  it.each([408, 429, 500, 503])('tries again after %d', async (status) => {
    await startWithGateway();
    gateway.answer = (response) => response.writeHead(status).end();
    expect(await sender.failed(await send(), 1)).toMatchObject({
      state: 'queued',
      last_error: `HTTP ${status}`,
    });
  });

  it('gives every copy of a text the same key', async () => {
    await startWithGateway();
    gateway.answer = (response) => response.writeHead(gateway.received.length < 2 ? 500 : 200).end();
    const id = await send();
    await sender.failed(id, 1);
    clock.advanceSeconds(1);
    sender.outbox.wake();
    await sender.settled(id, 'sent');
    expect(gateway.received.map(({ headers }) => headers['idempotency-key'])).toEqual([id, id]);
  });

  it('follows no redirect: it would carry the code to where nobody configured', async () => {
    await startWithGateway();
    gateway.answer = (response) => response.writeHead(307, { Location: gateway.url('/elsewhere') }).end();
    expect(await sender.failed(await send(), 1)).toMatchObject({ last_error: 'HTTP 307' });
    expect(gateway.received.map(({ path }) => path)).toEqual(['/texts']);
  });

  it('has its hands free again within the time limit when the gateway does not answer', async () => {
    await startWithGateway({ SMTP_TIMEOUT_SECONDS: '1' });
    gateway.answer = () => undefined;
    const started = performance.now();
    expect(await sender.failed(await send(), 1)).toMatchObject({
      state: 'queued',
      last_error: 'TimeoutError',
    });
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('does not wait for the rest of an answer whose status says all', async () => {
    await startWithGateway();
    gateway.answer = (response) => void response.writeHead(200, { 'Content-Length': 1_000_000 }).write('a');
    await sender.settled(await send(), 'sent');
  });

  it('keeps the text when there is no gateway at the address', async () => {
    await startWithGateway({ SMS_WEBHOOK_URL: 'http://127.0.0.1:1/' });
    expect((await sender.failed(await send(), 1)).last_error).toMatch(/ECONNREFUSED|TypeError/);
  });

  it('shows the user name and password of the URL to the gateway as HTTP has it', async () => {
    const withLogin = new URL(gateway.url());
    withLogin.username = 'us er';
    withLogin.password = 'p:w';
    await startWithGateway({ SMS_WEBHOOK_URL: withLogin.href });
    await sender.settled(await send(), 'sent');
    expect(gateway.received[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('us er:p:w').toString('base64')}`,
    );
  });

  it('says so at once when nothing is configured to carry texts', async () => {
    await start({});
    const row = await sender.settled(await send(), 'refused');
    expect(row).toMatchObject({ facts_sealed: null, last_error: 'SMS_URL is not set' });
  });
});
