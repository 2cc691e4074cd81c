// The part of the service that bench/queue.mjs measures: the built outbox on an embedded Postgres of its own.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule, readConfig } from '../dist/libs/config/src/index.js';
import {
  Database,
  DatabaseModule,
  migrate,
  sql,
  startEmbeddedPostgres,
} from '../dist/libs/database/src/index.js';
import { DeliveryModule, Outbox } from '../dist/libs/delivery/src/index.js';
import { KeyRing } from '../dist/libs/kernel/src/index.js';
import { dataSourceOptions } from '../dist/ormconfig.js';

const LIFE_MS = 3_600_000;
const AT_ONCE = 50;

/** `folder`: of the database; `port`: of the mail server. */
export async function start(folder, port) {
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  await migrate(dataSourceOptions(postgres.url, 2), {});
  const config = readConfig({
    NODE_ENV: 'test',
    OUTBOX_POLL_SECONDS: '60',
    COUNTERSIGN_KEYS: KeyRing.generateEntry('k1'),
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    ...(process.env.SMTP_CONNECTIONS && { SMTP_CONNECTIONS: process.env.SMTP_CONNECTIONS }),
  });
  class Bench {}
  Module({
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot(() => dataSourceOptions(postgres.url, config.database.poolSize)),
      DeliveryModule,
    ],
  })(Bench);
  const app = await NestFactory.createApplicationContext(Bench, { logger: ['warn', 'error'] });
  const [database, outbox] = [app.get(Database), app.get(Outbox)];
  const stop = async () => {
    await app.close();
    await postgres.stop();
  };
  return { service: { queue: (count) => queue(database, outbox, count), ...rest(database, outbox) }, stop };
}

const rest = (database, outbox) => ({
  wake: () => outbox.wake(),
  waiting: async () => (await outbox.backlog(new Date())).messages,
});

/** Queues codes that are due when all of them are there, without waking anybody. */
async function queue(database, outbox, count) {
  const now = new Date();
  for (let id = 1; id <= count; id += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, count - id + 1) }, (_, n) => String(id + n));
    await Promise.all(ids.map((each) => database.rows(held(outbox, each, now))));
  }
  await database.rows(
    sql`UPDATE messages SET created_at = ${now}::timestamptz, next_try_at = ${now}::timestamptz`,
  );
}

function held(outbox, id, now) {
  const facts = {
    code: '493027',
    lifeSeconds: 300,
    requestedAt: now.toISOString(),
    clientAddress: '203.0.113.7',
    userAgent: '',
  };
  const expiresAt = new Date(now.getTime() + LIFE_MS);
  const message = { id, attemptId: id, channel: 'email', template: 'sign_in_code', facts, expiresAt };
  const recipient = sql`SELECT ${`person${id}@example.com`}::text AS address, 'en'::text AS language, NULL::bigint AS account_id`;
  return outbox.enqueue(message, new Date(now.getTime() + LIFE_MS / 2), recipient);
}
