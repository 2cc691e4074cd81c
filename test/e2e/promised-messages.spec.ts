import { setTimeout as pause } from 'node:timers/promises';
import { compile, migrate, sql } from '@app/database';
import { enqueue, type NewMessage } from '@app/delivery';
import { KeyRing, plusSeconds } from '@app/kernel';
import { dataSourceOptions } from '../../ormconfig.js';
import type { Client } from 'pg';
import { ChaosPostgres } from '../chaos/stage/postgres.js';
import { RunningService } from '../support/running-service.js';
import { SmsReceiver } from '../support/sms-receiver.js';
import { SmtpReceiver } from '../support/smtp-receiver.js';

const PROMISED = Number(process.env['COUNTERSIGN_PROMISED_MESSAGES'] ?? 400);
const ANSWER_MS = 20;
const HANDS = 20;
/** Long enough for a restart of Postgres to end within one. */
const LEASE_SECONDS = 10;
const LIFE_SECONDS = 3600;
/** All are to be due at once: then hands are full whenever something happens. */
const LATER_SECONDS = 3600;
const PATIENCE_MS = 300_000;
/** Mails that are not acknowledged before Postgres is about to restart: some are in hand then, however fast the machine is. */
const HELD = 5;
const KEYS = KeyRing.generateEntry('k1');

const numberOf = (raw: string) => /^Message-ID: <(\d+)@/im.exec(raw)?.[1] ?? '';

describe('what was promised, while processes are killed and Postgres restarts', () => {
  const keyRing = KeyRing.parse(KEYS);
  let postgres: ChaosPostgres;
  let mails: SmtpReceiver;
  let texts: SmsReceiver;
  let services: RunningService[];
  let release: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));

  beforeAll(async () => {
    [postgres, mails, texts] = await Promise.all([
      ChaosPostgres.start(),
      SmtpReceiver.start(),
      SmsReceiver.start(),
    ]);
    mails.onMail = async ({ raw }) => {
      if (Number(numberOf(raw)) > PROMISED - 2 * HELD) await released;
      await pause(ANSWER_MS);
    };
    const accepted = texts.answer;
    texts.answer = (response) => void pause(ANSWER_MS).then(() => accepted(response));
    await migrate(dataSourceOptions(postgres.url, 2), {});
    services = await Promise.all([start(), start(), start()]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all((services ?? []).map((service) => service.stop()));
    await mails?.stop();
    await texts?.stop();
    await postgres?.stop();
  });

  const start = () =>
    RunningService.start({
      DATABASE_URL: postgres.url,
      COUNTERSIGN_KEYS: KEYS,
      SMTP_URL: mails.url(),
      SMTP_CONNECTIONS: String(HANDS),
      SMS_CONNECTIONS: String(HANDS),
      OUTBOX_LEASE_SECONDS: String(LEASE_SECONDS),
      ...texts.environment,
    });

  /** Promised once this returns: the statement is committed. Not due before `LATER_SECONDS` are over. */
  async function promise(client: Client, number: number): Promise<void> {
    const now = plusSeconds(new Date(), LATER_SECONDS);
    const channel = number % 2 ? 'email' : 'sms';
    const facts = { code: '493027', lifeSeconds: LIFE_SECONDS, requestedAt: now.toISOString() };
    const message: NewMessage = {
      id: String(number),
      channel,
      template: 'sign_in_code',
      facts: { ...facts, clientAddress: '203.0.113.7', userAgent: '' },
      expiresAt: plusSeconds(now, LIFE_SECONDS),
    };
    const to = channel === 'email' ? `person${number}@example.com` : `+4915${100_000_000 + number}`;
    const recipient = sql`SELECT ${to}::text AS address, 'en'::text AS language, NULL::bigint AS account_id`;
    const { text, values } = compile(enqueue(keyRing, message, now, recipient));
    await client.query(text, values);
  }

  const came = () => mails.received.length + texts.received.length;
  async function until(count: () => number | Promise<number>, wanted: number): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while ((await count()) < wanted) {
      if (Date.now() > deadline) throw new Error(`${await count()} of ${wanted} after all that time`);
      await pause(20);
    }
  }
  const inState = async (client: Client, state: string) =>
    (await client.query('SELECT FROM messages WHERE state = $1', [state])).rowCount ?? 0;
  const copies = (ids: string[]) => ids.length - new Set(ids).size;

  it('arrives whole, and twice only what a killed process had in hand', async () => {
    const client = await postgres.connect();
    for (let number = 1; number <= PROMISED; number += 1) await promise(client, number);
    await client.query('UPDATE messages SET next_try_at = now(), created_at = now()');
    await client.end();

    await until(came, PROMISED / 4);
    await services.shift()?.kill();
    expect(copies(mails.recipients)).toBe(0);
    await until(came, PROMISED / 2);
    expect(came()).toBeLessThan(PROMISED);
    release();
    await postgres.restart();

    const reader = await postgres.connect();
    await until(async () => PROMISED - (await inState(reader, 'queued')), PROMISED);
    expect(await inState(reader, 'sent')).toBe(PROMISED);
    await reader.end();

    const mailed = mails.received.map(({ raw }) => numberOf(raw));
    const texted = texts.received.map(({ headers }) => String(headers['idempotency-key']));
    const promised = Array.from({ length: PROMISED }, (_, index) => index + 1);
    const inOrder = (ids: string[]) => [...new Set(ids)].map(Number).sort((one, other) => one - other);
    expect(inOrder(mailed)).toEqual(promised.filter((number) => number % 2));
    // A gateway takes the second of a key for what it is: by its keys no text is there twice.
    expect(inOrder(texted)).toEqual(promised.filter((number) => number % 2 === 0));
    expect(copies(mailed)).toBeLessThanOrEqual(HANDS);
    expect(copies(texted)).toBeLessThanOrEqual(HANDS);
  }, 600_000);
});
