import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { sql } from '@app/database';
import { KeyRing } from '@app/kernel';
import { SmtpReceiver } from '../support/smtp-receiver.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { Replica } from './delivery-replica.js';

const GOOD = 1000;
/** The next try of one that cannot be prepared is then its last. */
const NEARLY = 7;
const PREPARED = 'cannot be prepared: ';

describe('a message that cannot be sent', () => {
  const clock = new TestClock();
  let testDatabase: TestDatabase;
  let receiver: SmtpReceiver;
  let replica: Replica;

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    jest.spyOn(Logger.prototype, 'error').mockImplementation();
    testDatabase = await createTestDatabase();
    receiver = await SmtpReceiver.start();
    replica = await Replica.start(testDatabase.url, clock, { SMTP_URL: receiver.url() });
  });
  afterAll(async () => {
    await replica.stop();
    await receiver.stop();
    await testDatabase.drop();
    jest.restoreAllMocks();
  });

  /** One that is looked at before all others. */
  const bad = async (change: ReturnType<typeof sql>) => {
    const id = await replica.queue({ lifeSeconds: 60 });
    await replica.database.rows(
      sql`UPDATE messages SET ${change}, tries = ${NEARLY}::smallint WHERE id = ${id}::bigint`,
    );
    return id;
  };
  const foreign = () => KeyRing.parse(KeyRing.generateEntry('gone')).seal('message', '1', '{}');

  it('is set aside with its reason, and a thousand behind it go out', async () => {
    const told = jest.fn();
    replica.outbox.onHandOver(told);
    const failing = new Map([
      [await bad(sql`facts_sealed = NULL`), 'it has no facts'],
      [await bad(sql`facts_sealed = ${foreign()}`), 'sealed under a key that is no longer in the ring'],
      [
        await bad(sql`facts_sealed = 'k1.' || repeat('A', 60)`),
        'Unsupported state or unable to authenticate data',
      ],
      [await bad(sql`facts_sealed = 'k1.'`), 'Invalid'],
      [await bad(sql`template = 'newer'`), 'a template that this version does not know'],
      [await bad(sql`template = 'constructor'`), 'a template that this version does not know'],
      // The facts of a code say nothing of what has changed.
      [await bad(sql`template = 'factor_changed'`), ''],
    ]);
    const refused = [
      await bad(sql`recipient = E'ann@example.com\r\nBcc: eve@example.com'`),
      await bad(sql`recipient = repeat('a', 308) || '@example.com'`),
      await bad(sql`recipient = ''`),
    ];
    const counted = await bad(sql`language = 'tlh'`);
    await replica.database.rows(sql`UPDATE messages SET tries = 32767 WHERE id = ${counted}::bigint`);
    const good: string[] = [];
    while (good.length < GOOD) {
      const some = Array.from({ length: 50 }, (_, n) => `good${good.length + n}@example.com`);
      good.push(...(await Promise.all(some.map((to) => replica.queue({ to })))));
    }
    replica.outbox.wake();

    while (receiver.received.length <= GOOD) await pause(20);
    for (const id of [...good.slice(-5), counted]) await replica.settled(id, 'sent');
    for (const [id, reason] of failing) {
      const row = await replica.settled(id, 'failed');
      expect(row).toMatchObject({ facts_sealed: null, tries: NEARLY + 1 });
      expect(row.last_error).toContain(PREPARED + reason);
      expect(Logger.prototype.error).toHaveBeenCalledWith(expect.stringContaining(`email ${id} (`));
    }
    for (const id of refused) await replica.settled(id, 'refused');
    const outcomes = told.mock.calls.map(([{ outcome }]: [{ outcome: string }]) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(failing.size);
    expect(receiver.recipients.length).toBe(GOOD + 1);
  }, 120_000);

  it('does not keep the record of others from being written when its own cannot be', async () => {
    await replica.database.rows(
      sql`ALTER TABLE messages ADD CONSTRAINT bomb CHECK (recipient <> 'bomb@example.com' OR state <> 'sent')`,
    );
    const [bomb, ...others] = await Promise.all(
      ['bomb', 'one', 'two', 'three'].map((name) => replica.queue({ to: `${name}@example.com` })),
    );
    replica.outbox.wake();
    for (const id of others) await replica.settled(id, 'sent');
    expect(await replica.settled(bomb as string, 'failed')).toMatchObject({
      facts_sealed: null,
      last_error: 'cannot be recorded (23514)',
    });
    await replica.database.rows(sql`ALTER TABLE messages DROP CONSTRAINT bomb`);
  });
});
