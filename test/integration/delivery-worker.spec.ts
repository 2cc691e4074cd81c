import { Logger } from '@nestjs/common';
import { sql } from '@app/database';
import { SmtpReceiver } from '../support/smtp-receiver.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { emptyMessages, eventually, Replica } from './delivery-replica.js';

const LEASE_SECONDS = 30;

describe('the delivery worker', () => {
  let testDatabase: TestDatabase;
  let clock: TestClock;
  let receiver: SmtpReceiver;
  let replicas: Replica[];

  const start = async (env: Record<string, string> = {}) => {
    const settings = { SMTP_URL: receiver.url(), OUTBOX_LEASE_SECONDS: String(LEASE_SECONDS), ...env };
    const replica = await Replica.start(testDatabase.url, clock, settings);
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

  it('hands each of fifty messages over exactly once among four replicas', async () => {
    const four = await Promise.all([start(), start(), start(), start()]);
    const names = Array.from({ length: 50 }, (_, index) => `person${index}@example.com`);
    const first = four[0] as Replica;
    const sent = await Promise.all(names.map((to) => first.queue({ to })));
    for (const replica of four) replica.outbox.wake();
    for (const id of sent) expect((await first.settled(id, 'sent')).tries).toBe(1);
    expect(receiver.recipients.sort()).toEqual(names.sort());
  });

  it('hands over more messages than it has hands without waiting for a poll', async () => {
    const replica = await start({ SMTP_CONNECTIONS: '10' });
    const ids = await Promise.all(Array.from({ length: 35 }, () => replica.queue()));
    replica.outbox.wake();
    for (const id of ids) await replica.settled(id, 'sent');
    expect(receiver.received).toHaveLength(35);
    expect(receiver.connections).toBeLessThanOrEqual(10);
  });

  it('goes on with all that is due where one has been tried as often as can be counted', async () => {
    const replica = await start();
    const often = await replica.queue();
    await replica.database.rows(sql`UPDATE messages SET tries = 32767 WHERE id = ${often}::bigint`);
    const first = await replica.queue();
    replica.outbox.wake();
    expect((await replica.settled(often, 'sent')).tries).toBe(1);
    expect((await replica.settled(first, 'sent')).tries).toBe(1);
  });

  it('takes over what a dead worker left, when its lease has run out and not before', async () => {
    const replica = await start();
    const id = await replica.queue();
    const leasedUntil = new Date(clock.now().getTime() + LEASE_SECONDS * 1000);
    await replica.database.rows(
      sql`UPDATE messages SET tries = 1, leased_until = ${leasedUntil} WHERE id = ${id}::bigint`,
    );

    clock.advanceSeconds(LEASE_SECONDS - 1);
    await replica.settled(await replica.send({ to: 'other@example.com' }), 'sent');
    expect((await replica.message(id)).state).toBe('queued');

    clock.advanceSeconds(1);
    replica.outbox.wake();
    expect((await replica.settled(id, 'sent')).tries).toBe(2);
  });

  it('lets a late finisher change nothing once another has taken over', async () => {
    const [slow, quick] = await Promise.all([start(), start()]);
    const refusals: ((code: number) => void)[] = [];
    receiver.onMail = () => new Promise<number>((resolve) => refusals.push(resolve));
    const id = await slow.send();
    await eventually(() => expect(refusals).toHaveLength(1));

    receiver.onMail = () => undefined;
    clock.advanceSeconds(LEASE_SECONDS);
    quick.outbox.wake();
    const settled = await quick.settled(id, 'sent');

    refusals[0]?.(450);
    await eventually(() =>
      expect(Logger.prototype.warn).toHaveBeenCalledWith(expect.stringContaining('after its lease')),
    );
    expect(await quick.message(id)).toEqual(settled);
  });

  it('does not take its own message a second time while it is still busy with it', async () => {
    const replica = await start();
    const held = receiver.hold();
    const id = await replica.send();
    await eventually(() => expect(held.mails).toBe(1));
    clock.advanceSeconds(LEASE_SECONDS + 1);
    await replica.send({ to: 'other@example.com' });
    await eventually(() => expect(held.mails).toBe(2));
    held.release();
    expect((await replica.settled(id, 'sent')).tries).toBe(1);
    expect(receiver.recipients.sort()).toEqual(['ann@example.com', 'other@example.com']);
  });

  it('loses no wake that comes while it is at work', async () => {
    const replica = await start();
    const ids: string[] = [];
    for (let count = 0; count < 30; count += 1) ids.push(await replica.send());
    for (const id of ids) await replica.settled(id, 'sent');
  });

  it('finds what another process queued by itself', async () => {
    const replica = await start({ OUTBOX_POLL_SECONDS: '1' });
    await replica.settled(await replica.queue(), 'sent');
  });

  it('finishes what is in flight before it stops, and takes nothing new', async () => {
    const [stopping, watching] = await Promise.all([start(), start()]);
    const held = receiver.hold();
    const inFlight = await stopping.send();
    await eventually(() => expect(held.mails).toBe(1));

    const ended = jest.fn();
    const stopped = stopping.stop().then(ended);
    const late = await watching.queue();
    stopping.outbox.wake();
    expect((await watching.message(inFlight)).state).toBe('queued');
    expect(ended).not.toHaveBeenCalled();

    held.release();
    await stopped;
    replicas = [watching];
    expect((await watching.message(inFlight)).state).toBe('sent');
    expect(await watching.message(late)).toMatchObject({ state: 'queued', tries: 0 });
  });

  it('records a hand-over when the table is back, says once that it was away, and sends nothing twice', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation();
    const replica = await start();
    const held = receiver.hold();
    const id = await replica.send();
    await eventually(() => expect(held.mails).toBe(1));

    await replica.database.rows(sql`ALTER TABLE messages RENAME TO messages_away`);
    held.release();
    replica.outbox.wake();
    await eventually(() => expect(error).toHaveBeenCalled());
    for (let count = 0; count < 5; count += 1) replica.outbox.wake();
    clock.advanceSeconds(LEASE_SECONDS + 1);
    await replica.database.rows(sql`ALTER TABLE messages_away RENAME TO messages`);

    replica.outbox.wake();
    expect((await replica.settled(id, 'sent')).tries).toBe(1);
    expect(receiver.received).toHaveLength(1);
    expect(error).toHaveBeenCalledTimes(1);
    expect(log.mock.calls.filter(([text]) => String(text).includes('can be reached again'))).toHaveLength(1);
  });
});
