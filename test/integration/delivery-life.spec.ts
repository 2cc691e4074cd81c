import { Logger } from '@nestjs/common';
import { sql } from '@app/database';
import { KeyRing } from '@app/kernel';
import { SmtpReceiver } from '../support/smtp-receiver.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { emptyMessages, eventually, Replica } from './delivery-replica.js';

describe('the life of a message', () => {
  let testDatabase: TestDatabase;
  let clock: TestClock;
  let receiver: SmtpReceiver;
  let replicas: Replica[];

  const start = async (env: Record<string, string> = {}) => {
    const replica = await Replica.start(testDatabase.url, clock, { SMTP_URL: receiver.url(), ...env });
    replicas.push(replica);
    return replica;
  };

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
  });

  afterAll(async () => {
    await testDatabase.drop();
  });

  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    clock = new TestClock();
    receiver = await SmtpReceiver.start();
    replicas = [];
  });

  afterEach(async () => {
    receiver.onMail = () => undefined;
    await Promise.all(replicas.map((replica) => replica.stop()));
    await emptyMessages(testDatabase.url);
    await receiver.stop();
    jest.restoreAllMocks();
  });

  it('erases the secret with the statement that ends the message', async () => {
    const replica = await start();
    const held = receiver.hold();
    const id = await replica.send({ code: '493027' });
    await eventually(() => expect(held.mails).toBe(1));
    const before = await replica.message(id);
    expect(before.facts_sealed).not.toBeNull();
    expect(JSON.stringify(before)).not.toContain('493027');
    held.release();
    expect(await replica.settled(id, 'sent')).toMatchObject({
      facts_sealed: null,
      ended_at: clock.now(),
      leased_until: null,
    });
  });

  it('never sends a message that has expired, and erases its secret', async () => {
    const replica = await start();
    const id = await replica.queue();
    clock.advanceSeconds(300);
    replica.outbox.wake();
    expect(await replica.settled(id, 'expired')).toMatchObject({
      facts_sealed: null,
      ended_at: clock.now(),
      tries: 0,
    });
    expect(receiver.received).toEqual([]);
  });

  it('tries again after a growing pause, and no longer than the message lives', async () => {
    const replica = await start();
    receiver.onMail = () => 451;
    const id = await replica.send();
    for (let tries = 1; tries <= 7; tries += 1) {
      const row = await replica.failed(id, tries);
      const seconds = (row.next_try_at.getTime() - clock.now().getTime()) / 1000;
      const full = Math.min(60, 2 ** (tries - 1));
      expect(seconds).toBeGreaterThanOrEqual(full / 2);
      expect(seconds).toBeLessThanOrEqual(full);
      expect(row.facts_sealed).not.toBeNull();
      expect(row.last_error).toBe('DATA 451');
      if (tries === 7) break;
      clock.advanceSeconds(seconds);
      replica.outbox.wake();
    }
    clock.advanceSeconds(300);
    replica.outbox.wake();
    expect(await replica.settled(id, 'expired')).toMatchObject({ tries: 7, facts_sealed: null });
    expect(receiver.received).toEqual([]);
  });

  it('plans no try beyond the end of the message, so that its secret is erased then and not later', async () => {
    const replica = await start();
    receiver.onMail = () => 451;
    const id = await replica.queue();
    await replica.database.rows(sql`UPDATE messages SET tries = 6 WHERE id = ${id}::bigint`);
    clock.advanceSeconds(290);
    replica.outbox.wake();
    expect((await replica.failed(id, 7)).next_try_at).toEqual(new Date(clock.now().getTime() + 10_000));
  });

  it('sends what failed before as soon as the server takes it', async () => {
    const replica = await start();
    receiver.refuseRecipient = () => 450;
    const id = await replica.send();
    await replica.failed(id, 1);
    receiver.refuseRecipient = () => undefined;
    clock.advanceSeconds(1);
    replica.outbox.wake();
    expect(await replica.settled(id, 'sent')).toMatchObject({ tries: 2, last_error: 'RCPT TO 450' });
  });

  it('leaves what it cannot open to a replica that can: a key may be on its way', async () => {
    const stranger = await start({ COUNTERSIGN_KEYS: KeyRing.generateEntry('k2') });
    const replica = await start();
    const id = await replica.queue();
    stranger.outbox.wake();
    expect((await stranger.failed(id, 1)).last_error).toBe(
      'cannot be prepared: sealed under a key that is no longer in the ring',
    );
    clock.advanceSeconds(1);
    replica.outbox.wake();
    await replica.settled(id, 'sent');
  });

  it('leaves a template of a newer version to a newer replica', async () => {
    const replica = await start();
    const id = await replica.queue();
    await replica.database.rows(sql`UPDATE messages SET template = 'newer' WHERE id = ${id}::bigint`);
    replica.outbox.wake();
    expect(await replica.failed(id, 1)).toMatchObject({ state: 'queued' });
  });

  it('reports how many messages wait and for how long', async () => {
    const replica = await start();
    expect(await replica.outbox.backlog(clock.now())).toEqual({ messages: 0, oldestSeconds: 0 });
    await replica.queue();
    clock.advanceSeconds(42);
    await replica.queue();
    expect(await replica.outbox.backlog(clock.now())).toEqual({ messages: 2, oldestSeconds: 42 });
    replica.outbox.wake();
    await eventually(async () => expect((await replica.outbox.backlog(clock.now())).messages).toBe(0));
  });
});
