import { Logger } from '@nestjs/common';
import { sql } from '@app/database';
import { SmsReceiver } from '../support/sms-receiver.js';
import { SmtpReceiver } from '../support/smtp-receiver.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { emptyMessages, eventually, Replica } from './delivery-replica.js';

describe('the lanes of delivery', () => {
  let testDatabase: TestDatabase;
  let clock: TestClock;
  let first: SmtpReceiver;
  let second: SmtpReceiver;
  let replica: Replica;

  const start = async (env: Record<string, string> = {}) => {
    replica = await Replica.start(testDatabase.url, clock, { SMTP_URL: both(), ...env });
  };
  const both = () => `${first.url()},${second.url()}`;
  const nameOf = (receiver: SmtpReceiver) => `smtp:${new URL(receiver.url()).host}`;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
  });
  afterAll(() => testDatabase.drop());
  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    clock = new TestClock();
    [first, second] = await Promise.all([SmtpReceiver.start(), SmtpReceiver.start()]);
  });
  afterEach(async () => {
    for (const receiver of [first, second]) receiver.onMail = () => undefined;
    await replica.stop();
    await emptyMessages(testDatabase.url);
    await Promise.all([first.stop(), second.stop()]);
    jest.restoreAllMocks();
  });

  it('hands texts over while a mail server hangs and more mails wait for it than there are hands', async () => {
    const gateway = await SmsReceiver.start();
    await start({ SMTP_URL: first.url(), SMTP_CONNECTIONS: '2', ...gateway.environment });
    const held = first.hold();
    for (let count = 0; count < 5; count += 1) await replica.send();
    await eventually(() => expect(held.mails).toBe(2));
    await replica.settled(await replica.send({ channel: 'sms', to: '+4915112345678' }), 'sent');
    expect(held.mails).toBe(2);
    held.release();
    await gateway.stop();
  });

  it('takes codes before notices, and of each what ends first', async () => {
    await start({ SMTP_URL: first.url(), SMTP_CONNECTIONS: '1' });
    const held = first.hold();
    await replica.send({ to: 'busy@example.com' });
    await eventually(() => expect(held.mails).toBe(1));
    await replica.queue({ to: 'late-notice@example.com', lifeSeconds: 200 });
    await replica.queue({ to: 'notice@example.com', lifeSeconds: 100 });
    await replica.queue({ to: 'late-code@example.com', lifeSeconds: 290, attemptId: '1' });
    await replica.queue({ to: 'code@example.com', lifeSeconds: 280, attemptId: '2' });
    replica.outbox.wake();
    held.release();
    const names = ['busy', 'code', 'late-code', 'notice', 'late-notice'];
    await eventually(() => expect(first.recipients).toEqual(names.map((name) => `${name}@example.com`)));
  });

  it('gives what one provider could not send to the next at once, and remembers who said what', async () => {
    await start();
    first.onMail = () => 451;
    const row = await replica.settled(await replica.send(), 'sent');
    expect(row).toMatchObject({ tries: 2, provider: nameOf(second), last_error: 'DATA 451' });
    expect(row.hand_overs).toMatchObject([
      { try: 1, provider: nameOf(first), outcome: 'retry', answer: 'DATA 451' },
      { try: 2, provider: nameOf(second), outcome: 'sent' },
    ]);
  });

  it('waits after the last of them, and begins with the first', async () => {
    await start();
    for (const receiver of [first, second]) receiver.onMail = () => 451;
    const id = await replica.send();
    expect(await replica.failed(id, 2)).toMatchObject({ state: 'queued', next_provider: null });
    first.onMail = () => undefined;
    clock.advanceSeconds(1);
    replica.outbox.wake();
    expect(await replica.settled(id, 'sent')).toMatchObject({ tries: 3, provider: nameOf(first) });
  });

  it('does not bring to the second what a server refuses for good', async () => {
    await start();
    first.refuseRecipient = () => 550;
    expect(await replica.settled(await replica.send(), 'refused')).toMatchObject({ tries: 1 });
    expect(second.connections).toBe(0);
  });

  it('lets a server rest at which three mails failed, and asks it with one when the rest is over', async () => {
    await start();
    first.onMail = () => 451;
    for (let count = 0; count < 3; count += 1) await replica.settled(await replica.send(), 'sent');
    expect(await replica.settled(await replica.send(), 'sent')).toMatchObject({ tries: 1 });

    first.onMail = () => undefined;
    clock.advanceSeconds(5);
    expect(await replica.settled(await replica.send(), 'sent')).toBeDefined();
    await eventually(async () =>
      expect(await replica.settled(await replica.send(), 'sent')).toMatchObject({ provider: nameOf(first) }),
    );
  });

  it('claims nothing for a server that rests alone, and still erases what expires meanwhile', async () => {
    await start({ SMTP_URL: first.url() });
    first.onMail = () => 451;
    const ids = [];
    for (let count = 0; count < 3; count += 1) ids.push(await replica.send());
    for (const id of ids) await replica.failed(id, 1);
    const waiting = await replica.send();
    const brief = await replica.send({ lifeSeconds: 2 });
    clock.advanceSeconds(2);
    replica.outbox.wake();
    expect(await replica.settled(brief, 'expired')).toMatchObject({ tries: 0, facts_sealed: null });
    expect(await replica.message(waiting)).toMatchObject({ state: 'queued', tries: 0 });
  });

  it('sends what is meant for a provider that nobody knows any more', async () => {
    await start();
    const id = await replica.queue();
    await replica.database.rows(
      sql`UPDATE messages SET next_provider = 'smtp:gone.example.com' WHERE id = ${id}::bigint`,
    );
    replica.outbox.wake();
    expect(await replica.settled(id, 'sent')).toMatchObject({ provider: nameOf(first) });
  });

  it('tells whoever counts what became of each message, and by whom', async () => {
    await start();
    const told = jest.fn();
    replica.outbox.onHandOver(told);
    first.onMail = () => 451;
    await replica.settled(await replica.send(), 'sent');
    const common = { channel: 'email', template: 'sign_in_code', waitedSeconds: 0 };
    expect(told.mock.calls).toEqual([
      [expect.objectContaining({ ...common, provider: nameOf(first), outcome: 'retry', tries: 1 })],
      [expect.objectContaining({ ...common, provider: nameOf(second), outcome: 'sent', tries: 2 })],
    ]);
  });
});
