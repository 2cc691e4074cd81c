import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import PostalMime from 'postal-mime';
import { SmtpReceiver, type SmtpReceiverOptions } from '../support/smtp-receiver.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { emptyMessages, Replica } from './delivery-replica.js';

/** The receiver's certificate is made for tests: a client that is to trust it has to be told so. */
const TRUST_ANY = '?tls.rejectUnauthorized=false';
const LOGIN = { user: 'mailer@example.com', password: 'a:b/c d' };

describe('delivery over SMTP', () => {
  const clock = new TestClock();
  let testDatabase: TestDatabase;
  let open: { stop(): unknown }[];

  const receive = async (options?: SmtpReceiverOptions) => {
    const receiver = await SmtpReceiver.start(options);
    open.push(receiver);
    return receiver;
  };
  const replica = async (smtpUrl: string, env: Record<string, string> = {}) => {
    const started = await Replica.start(testDatabase.url, clock, { SMTP_URL: smtpUrl, ...env });
    open.unshift(started);
    return started;
  };

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
  });
  afterAll(async () => {
    await testDatabase.drop();
  });
  beforeEach(() => {
    open = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  });
  afterEach(async () => {
    for (const one of open) await one.stop();
    await emptyMessages(testDatabase.url);
    jest.restoreAllMocks();
  });

  it('sends a mail that says what it is, when and from whom, with the code in one piece in both of its parts', async () => {
    const receiver = await receive();
    const sender = await replica(receiver.url());
    const id = await sender.send({ to: 'jo+tag@example.com', language: 'de-AT', code: '493027' });
    await sender.settled(id, 'sent');

    const [mail] = receiver.received;
    expect(mail).toMatchObject({ from: 'no-reply@example.com', to: ['jo+tag@example.com'] });
    const raw = mail?.raw ?? '';
    const { headers, ...parsed } = await PostalMime.parse(raw);
    expect(parsed).toMatchObject({
      from: { name: 'Example', address: 'no-reply@example.com' },
      to: [{ address: 'jo+tag@example.com' }],
      subject: 'Ihr Anmeldecode für Example',
      messageId: `<${id}@example.com>`,
      date: clock.now().toISOString(),
    });
    expect(Object.fromEntries(headers.map(({ key, value }) => [key, value]))).toMatchObject({
      'auto-submitted': 'auto-generated',
      'content-language': 'de',
      'list-id': '<account.example.com>',
    });
    expect(raw.match(/^493027\r?$/gm)).toHaveLength(2);
    expect(parsed.text).toContain('Firefox unter Windows');
    expect(parsed.html).toContain('Firefox unter Windows');
  });

  it('gives every copy of a message the same Message-ID', async () => {
    const receiver = await receive();
    const sender = await replica(receiver.url());
    const seen: string[] = [];
    receiver.onMail = ({ raw }) => {
      seen.push(/^Message-ID: .*$/im.exec(raw)?.[0] ?? '');
      return seen.length < 2 ? 451 : undefined;
    };
    const id = await sender.send();
    await sender.failed(id, 1);
    clock.advanceSeconds(1);
    sender.outbox.wake();
    await sender.settled(id, 'sent');
    expect(new Set(seen)).toEqual(new Set([`Message-ID: <${id}@example.com>`]));
  });

  it.each([
    'ann@example.com\r\nBcc: eve@example.com',
    'ann@example.com, eve@example.com',
    'ann@example.com> NOTIFY=NEVER',
    'x',
  ])('refuses the address %j before it says a word to the server', async (to) => {
    const receiver = await receive();
    const sender = await replica(receiver.url());
    const row = await sender.settled(await sender.send({ to }), 'refused');
    expect(row).toMatchObject({
      tries: 1,
      facts_sealed: null,
      last_error: 'not an address a mail can be sent to',
    });
    expect(receiver.connections).toBe(0);
  });

  it('gives up at once on a recipient that the server refuses for good', async () => {
    const receiver = await receive();
    receiver.refuseRecipient = () => 550;
    const sender = await replica(receiver.url());
    const row = await sender.settled(await sender.send({ to: 'gone@example.com' }), 'refused');
    expect(row).toMatchObject({ tries: 1, facts_sealed: null, last_error: 'RCPT TO 550' });
  });

  it.each([
    ['a recipient that is refused for now', { recipient: 450 }, 'RCPT TO 450'],
    ['a mail that is refused for now', { mail: 452 }, 'DATA 452'],
    ['a mail that is refused for good, which may be the fault of us all', { mail: 554 }, 'DATA 554'],
  ])('tries %s again', async (_, { recipient, mail }: { recipient?: number; mail?: number }, reason) => {
    const receiver = await receive();
    receiver.refuseRecipient = () => recipient;
    receiver.onMail = () => mail;
    const sender = await replica(receiver.url());
    const row = await sender.failed(await sender.send(), 1);
    expect(row).toMatchObject({ state: 'queued', last_error: reason });
  });

  it('tells neither log nor table what the server said, which may repeat the address', async () => {
    const receiver = await receive();
    receiver.refuseRecipient = () => 550;
    const sender = await replica(receiver.url());
    await sender.settled(await sender.send({ to: 'private@example.com' }), 'refused');
    expect(Logger.prototype.warn).toHaveBeenCalledWith(
      expect.stringMatching(/refused by smtp:127\.0\.0\.1:\d+: RCPT TO 550/),
    );
    expect(JSON.stringify(jest.mocked(Logger.prototype.warn).mock.calls)).not.toContain('private@');
  });

  it.each(['starttls', 'implicit'] as const)('signs in over an encrypted connection (%s)', async (tls) => {
    const receiver = await receive({ tls, login: LOGIN });
    const sender = await replica(receiver.url('127.0.0.1', TRUST_ANY));
    await sender.settled(await sender.send(), 'sent');
    expect(receiver.received).toMatchObject([{ secure: true, user: LOGIN.user }]);
  });

  it('keeps the message when the server does not take our credentials', async () => {
    const receiver = await receive({ tls: 'starttls', login: LOGIN });
    const url = new URL(receiver.url('127.0.0.1', TRUST_ANY));
    url.password = 'wrong';
    const sender = await replica(url.href);
    const row = await sender.failed(await sender.send(), 1);
    expect(row.last_error).toMatch(/^AUTH PLAIN 535/);
  });

  it.each(['starttls', 'implicit'] as const)(
    'sends nothing to a server whose certificate nobody vouches for (%s)',
    async (tls) => {
      const receiver = await receive({ tls });
      const sender = await replica(receiver.url());
      const row = await sender.failed(await sender.send(), 1);
      expect(row.state).toBe('queued');
      expect(receiver.received).toEqual([]);
    },
  );

  it('sends nothing unencrypted to another machine in production', async () => {
    const receiver = await receive();
    const production = { NODE_ENV: 'production', DATABASE_URL: testDatabase.url };
    const sender = await replica(receiver.url('0.0.0.0'), production);
    const row = await sender.failed(await sender.send(), 1);
    expect(row.last_error).toBe('STARTTLS 500');
    expect(receiver.received).toEqual([]);
  });

  it('keeps its connections for the next mail', async () => {
    const receiver = await receive();
    const sender = await replica(receiver.url());
    for (let count = 0; count < 5; count += 1) await sender.settled(await sender.send(), 'sent');
    expect(receiver.connections).toBe(1);
  });

  it('sends on after the server has closed an idle connection', async () => {
    const receiver = await receive();
    const sender = await replica(receiver.url());
    await sender.settled(await sender.send(), 'sent');
    receiver.disconnect();
    const row = await sender.settled(await sender.send(), 'sent');
    expect(row.tries).toBe(1);
    expect(receiver.received).toHaveLength(2);
  });

  describe('with a server that hangs', () => {
    /** Answers each connection with `greeting`, then a byte of a reply every tenth of a second, and never an end. */
    const hang = async (greeting?: string) => {
      const sockets = new Set<Socket>();
      const server: Server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        if (!greeting) return;
        socket.write(greeting);
        const trickle = setInterval(() => socket.write('2'), 100);
        socket.on('close', () => clearInterval(trickle));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      open.push({
        stop: () => {
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      });
      return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    };

    it.each([
      ['never greets', undefined],
      ['trickles its replies', '220 hello\r\n'],
    ])('has its hands free again within the time limit when it %s', async (_, greeting) => {
      const sender = await replica(await hang(greeting), { SMTP_TIMEOUT_SECONDS: '1' });
      const started = performance.now();
      const row = await sender.failed(await sender.send(), 1);
      expect(row).toMatchObject({ state: 'queued', last_error: expect.stringMatching(/ETIMEDOUT|EABORT/) });
      expect(performance.now() - started).toBeLessThan(3000);
    });

    it('never talks for longer than two thirds of a lease, whatever the limit', async () => {
      const env = { SMTP_TIMEOUT_SECONDS: '300', OUTBOX_LEASE_SECONDS: '1' };
      const sender = await replica(await hang('220 hello\r\n'), env);
      const started = performance.now();
      const row = await sender.failed(await sender.send(), 1);
      expect(row.last_error).toMatch(/ETIMEDOUT|EABORT/);
      expect(performance.now() - started).toBeLessThan(1000);
    });

    it('waits no longer for the end of a mail that the server has and does not acknowledge', async () => {
      const receiver = await receive();
      let release = (): void => undefined;
      receiver.onMail = () => new Promise((resolve) => (release = resolve));
      const sender = await replica(receiver.url(), { SMTP_TIMEOUT_SECONDS: '1' });
      const row = await sender.failed(await sender.send(), 1);
      expect(row).toMatchObject({ state: 'queued', last_error: expect.stringMatching(/ETIMEDOUT|EABORT/) });
      release();
    });
  });

  it('keeps the message when there is no server at all', async () => {
    const receiver = await receive();
    const url = receiver.url();
    await receiver.stop();
    const sender = await replica(url);
    const row = await sender.failed(await sender.send(), 1);
    expect(row.last_error).toBe('CONN ESOCKET ECONNREFUSED');
  });
});
