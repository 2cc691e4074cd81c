import { randomBytes } from 'node:crypto';
import { auditRefusal } from '@app/audit';
import { compile, sql } from '@app/database';
import { SystemClock } from '@app/kernel';
import { EventReceiver } from '../support/event-receiver.js';
import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;

describe('the stream of events', () => {
  const [before, now] = [secret(), secret()];
  let receiver: EventReceiver;
  let app: TestApp;
  let client: NavixyClient;

  beforeAll(async () => {
    receiver = await EventReceiver.start(now);
    app = await TestApp.start({
      EVENTS_WEBHOOK_URL: receiver.url,
      EVENTS_WEBHOOK_SECRET: `${before},${now}`,
      OUTBOX_POLL_SECONDS: '1',
    });
    // The library takes no signature that is older than five minutes.
    app.clock.advanceSeconds((new SystemClock().now().getTime() - app.clock.now().getTime()) / 1000);
    client = new NavixyClient(app);
  });
  afterAll(async () => {
    await app.stop();
    await receiver.stop();
  });
  beforeEach(() => {
    receiver.received = [];
    receiver.refused = [];
    receiver.answer = 204;
  });

  const of = (uuid: string) => receiver.received.filter(({ data }) => data['account'] === uuid);
  const waiting = () => app.rows<{ tries: number }>(sql`SELECT tries FROM event_stream ORDER BY id`);

  it('tells what happens at an account, signed as Standard Webhooks says, and never a secret of it', async () => {
    const { uuid } = await app.createAccount({ email: 'told@example.com' });
    const { hash, code } = await client.pending('told@example.com');
    await client.verify(hash, otherThan(code));
    await client.verify(hash, code);
    await until(() => of(uuid).length >= 3);
    expect(receiver.refused).toEqual([]);
    const [password, wrong, right] = of(uuid).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect([password, wrong, right].map((event) => event?.type)).toEqual([
      expect.stringMatching(/^password\.\w+$/),
      'code.verify.wrong',
      'code.verify.redeemed',
    ]);
    expect(right).toMatchObject({
      timestamp: app.clock.now().toISOString(),
      data: { account: uuid, event: 'code.verify', outcome: 'redeemed', protocol: 'navixy' },
    });
    const told = JSON.stringify(receiver.received);
    for (const hidden of [hash, code, PASSWORD, 'told@example.com']) expect(told).not.toContain(hidden);
    await until(async () => (await waiting()).length === 0);
  });

  it('signs with each secret, so that a receiver that still has the one before takes it as well', async () => {
    const other = await EventReceiver.start(before);
    const replica = await TestApp.start({
      EVENTS_WEBHOOK_URL: other.url,
      EVENTS_WEBHOOK_SECRET: `${before},${now}`,
    });
    replica.clock.advanceSeconds((new SystemClock().now().getTime() - replica.clock.now().getTime()) / 1000);
    const { uuid } = await replica.createAccount({ email: 'both@example.com', secondFactor: 'none' });
    await new NavixyClient(replica).signIn('both@example.com');
    await until(() => other.received.some(({ data }) => data['account'] === uuid));
    expect(other.refused).toEqual([]);
    await replica.stop();
    await other.stop();
  });

  it('says nothing of strangers, who can be as many as anybody likes', async () => {
    await client.signIn('stranger@example.com', PASSWORD);
    expect(await waiting()).toEqual([]);
  });

  it('tries again after a while what the receiver did not take, under the same id, and no mail waits for it', async () => {
    const { uuid } = await app.createAccount({ email: 'again@example.com' });
    receiver.answer = 503;
    await client.pending('again@example.com');
    await until(() => of(uuid).length === 1 && receiver.received.length === 1);
    await until(async () => (await dueIn()) === 5);
    app.clock.advanceSeconds(4);
    receiver.answer = 204;
    await client.signIn('nobody@example.com', 'wakes nobody');
    expect(of(uuid)).toHaveLength(1);
    app.clock.advanceSeconds(1);
    await until(() => of(uuid).length === 2);
    expect(new Set(of(uuid).map(({ id }) => id)).size).toBe(1);
    await until(async () => (await waiting()).length === 0);
  });

  it('gives an event up after its last try, and goes on with the next', async () => {
    const { uuid } = await app.createAccount({ email: 'lost@example.com', secondFactor: 'none' });
    const { givenUp } = await samples();
    receiver.answer = 503;
    await client.signIn('lost@example.com');
    await until(async () => (await waiting())[0]?.tries === 1 && (await dueIn()) === 5);
    await app.rows(sql`UPDATE event_stream SET tries = 9, next_try_at = ${app.clock.now()}::timestamptz`);
    await until(async () => (await waiting()).length === 0);
    expect((await samples()).givenUp).toBe(givenUp + 1);
    receiver.answer = 204;
    await client.signIn('lost@example.com');
    await until(() => of(uuid).length === 3);
  });

  it('is counted: what was posted, what came of it, and what waits for how long', async () => {
    const before = await samples();
    await app.createAccount({ email: 'counted@example.com', secondFactor: 'none' });
    receiver.answer = 503;
    await client.signIn('counted@example.com');
    await until(async () => (await dueIn()) === 5);
    const [{ waiting: events } = { waiting: 0 }] = await app.rows<{ waiting: number }>(
      sql`SELECT count(*)::int AS waiting FROM event_stream`,
    );
    app.clock.advanceSeconds(4);
    await until(async () => (await samples()).events === events);
    expect((await samples()).oldest).toBe(4);
    receiver.answer = 204;
    app.clock.advanceSeconds(1);
    await until(async () => (await samples()).events === 0);
    const after = await samples();
    expect(after).toEqual({
      events: 0,
      oldest: 0,
      sent: before.sent + events,
      retry: before.retry + events,
      givenUp: before.givenUp,
    });
  });

  it('costs no statement and no part of one where no receiver is configured', async () => {
    const plain = await TestApp.start();
    await plain.createAccount({ email: 'plain@example.com', secondFactor: 'none' });
    await new NavixyClient(plain).signIn('plain@example.com');
    const call = plain.operatorCall();
    const text = (streams: boolean) =>
      compile(auditRefusal({ ...call, streams }, 'password', { outcome: 'wrong', accountId: '1' })).text;
    expect(text(true)).toContain('event_stream');
    expect(text(false)).not.toContain('event_stream');
    expect(await plain.rows(sql`SELECT id FROM event_stream`)).toEqual([]);
    await plain.stop();
  });

  async function samples() {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    const value = (name: string) =>
      Number(text.match(new RegExp(`^countersign_event_stream_${name} (.+)$`, 'm'))?.[1]);
    const posts = (outcome: string) => value(`posts_total\\{outcome="${outcome}"\\}`);
    const [events, oldest] = [value('events'), value('oldest_seconds')];
    return { events, oldest, sent: posts('sent'), retry: posts('retry'), givenUp: posts('given_up') };
  }

  async function dueIn(): Promise<number> {
    const [row] = await app.rows<{ next_try_at: Date }>(sql`SELECT next_try_at FROM event_stream`);
    return row ? (row.next_try_at.getTime() - app.clock.now().getTime()) / 1000 : -1;
  }
});
