import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ConfigModule, readConfig } from '@app/config';
import { Database, DatabaseModule, sql } from '@app/database';
import { enqueue, Mailbox, Outbox, type MailboxMessage, type NewMessage } from '@app/delivery';
import { Clock, KeyRing, plusSeconds } from '@app/kernel';
import request from 'supertest';
import { DevMailboxModule } from '../../apps/auth/src/dev-mailbox/dev-mailbox.module.js';
import { ProtocolsModule } from '../../apps/auth/src/protocols/protocols.module.js';
import { dataSourceOptions } from '../../ormconfig.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { eventually } from './delivery-replica.js';

describe('the development mailbox', () => {
  const clock = new TestClock();
  let testDatabase: TestDatabase;
  let app: NestExpressApplication;
  let ids = 0;

  const boot = async (env: Record<string, string> = {}) => {
    const config = readConfig({
      COUNTERSIGN_KEYS: KeyRing.generateEntry('k1'),
      MAIL_FROM: 'Example <no-reply@example.com>',
      PUBLIC_URL: 'http://auth.test:3000',
      ...env,
    });
    const database = DatabaseModule.forRoot(() => dataSourceOptions(testDatabase.url, 3));
    const modules = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), database, ProtocolsModule, DevMailboxModule],
    })
      .overrideProvider(Clock)
      .useValue(clock)
      .compile();
    const booted = modules.createNestApplication<NestExpressApplication>();
    booted.enableCors({ origin: 'http://app.test', credentials: true });
    await booted.init();
    return booted;
  };

  const send = async (to: string, channel: NewMessage['channel'] = 'email', code = '493027') => {
    const id = String(++ids);
    const now = clock.now();
    const facts = {
      code,
      lifeSeconds: 300,
      requestedAt: now.toISOString(),
      clientAddress: '203.0.113.7',
      userAgent: '',
    };
    const message = {
      id,
      channel,
      template: 'sign_in_code' as const,
      facts,
      expiresAt: plusSeconds(now, 300),
    };
    const recipient = sql`SELECT ${to}::text AS address, 'en'::text AS language, NULL::bigint AS account_id`;
    await app.get(Database).rows(enqueue(app.get(KeyRing), message, now, recipient));
    app.get(Outbox).wake();
    await eventually(() =>
      expect(
        app
          .get(Mailbox)
          .messages(to)
          .map((one) => one.id),
      ).toContain(id),
    );
    return id;
  };
  const get = (path: string) => request(app.getHttpServer()).get(path).set('Host', 'localhost:3000');
  const messages = async (to?: string) =>
    (await get(`/dev/mailbox/messages${to === undefined ? '' : `?to=${to}`}`).expect(200))
      .body as MailboxMessage[];

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    app = await boot();
  });
  afterAll(async () => {
    await app.close();
    await testDatabase.drop();
  });

  it('answers a mail as JSON, as it came out of a real conversation and a real parser', async () => {
    const id = await send('ann@example.com');
    const [mail, ...others] = await messages('ann@example.com');
    expect(others).toEqual([]);
    expect(mail).toEqual({
      id,
      channel: 'email',
      to: 'ann@example.com',
      subject: 'Your Example sign-in code',
      text: expect.stringMatching(/^493027$/m),
      html: expect.stringMatching(/^493027$/m),
      createdAt: '2026-01-15T12:00:00.000Z',
    });
  });

  it('answers a text, which has neither subject nor HTML', async () => {
    const id = await send('+4915112345678', 'sms');
    const text = expect.stringContaining('@auth.test #493027') as string;
    const expected = { id, channel: 'sms', to: '+4915112345678', subject: null, text, html: null };
    expect(await messages('%2B4915112345678')).toEqual([
      { ...expected, createdAt: '2026-01-15T12:00:00.000Z' },
    ]);
    expect(await messages('+4915112345678')).toHaveLength(1);
  });

  it('finds a recipient in any case, newest first, and nobody else', async () => {
    const first = await send('bob+tag@example.com');
    const second = await send('bob+tag@example.com');
    expect((await messages('BOB+TAG@Example.com')).map(({ id }) => id)).toEqual([second, first]);
    expect(await messages('bob@example.com')).toEqual([]);
    expect((await messages()).length).toBeGreaterThan(2);
  });

  it('shows a person the list and the newest message, in a frame that may do nothing', async () => {
    await send('carl@example.com', 'email', '110022');
    const { text, headers } = await get('/dev/mailbox?to=carl@example.com')
      .expect(200)
      .expect('Content-Type', /text\/html/);
    expect(text).toContain('carl@example.com');
    expect(text).toContain('2026-01-15 12:00:00');
    expect(text).toMatch(/<iframe sandbox="" title="The message" srcdoc="&lt;!doctype html&gt;[^"]*110022/);
    expect(text).not.toContain('<script');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['cache-control']).toBe('no-store');
  });

  it('shows the message that was chosen', async () => {
    const older = await send('dora@example.com', 'email', '200001');
    await send('dora@example.com', 'email', '200002');
    const { text } = await get(`/dev/mailbox?to=dora@example.com&message=${older}`).expect(200);
    expect(text).toContain('200001');
    expect(text).not.toContain('200002');
  });

  it('says so when nothing has arrived', async () => {
    const { text } = await get('/dev/mailbox?to=nobody@example.com').expect(200);
    expect(text).toContain('Nothing has arrived yet.');
  });

  it('writes nothing from the address bar into the page as markup', async () => {
    const { text } = await get(
      `/dev/mailbox?to=${encodeURIComponent('"><script>alert(1)</script>')}&message=<b>`,
    ).expect(200);
    expect(text).not.toMatch(/<script|<b>/);
  });

  it.each(['localhost', '127.0.0.1:3000', '[::1]:3000', 'auth.test', 'AUTH.test:80'])(
    'answers under the host name %s',
    async (host) => {
      await request(app.getHttpServer()).get('/dev/mailbox/messages').set('Host', host).expect(200);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:3000',
    'evil.example@localhost',
    'localhost:80/x',
    '',
  ])('is an unknown path under the host name %j, whatever a proxy header says', async (host) => {
    const call = request(app.getHttpServer()).get('/dev/mailbox/messages').set('Host', host);
    const { body } = await call.set('X-Forwarded-Host', 'localhost').expect(404);
    expect(body).toEqual({ statusCode: 404, error: 'path_unknown' });
  });

  it('gives nothing to a page of another origin, not even to one that may call the service', async () => {
    const { headers } = await get('/dev/mailbox/messages').set('Origin', 'http://app.test').expect(200);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    ['a mail server is configured', { SMTP_URL: 'smtp://127.0.0.1:1' }],
    [
      'people really sign in here',
      {
        NODE_ENV: 'production',
        SMTP_URL: 'smtp://127.0.0.1:1',
        DATABASE_URL: 'postgres://unused?sslmode=disable',
        PUBLIC_URL: 'https://auth.test',
      },
    ],
  ])('does not exist where %s', async (_, env) => {
    const other = await boot(env);
    for (const path of ['/dev/mailbox', '/dev/mailbox/messages']) {
      await request(other.getHttpServer()).get(path).set('Host', 'localhost').expect(404);
    }
    await other.close();
  });
});
