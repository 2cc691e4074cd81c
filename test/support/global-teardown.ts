import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import type { TestServer } from './global-setup.ts';

/** Ends the run's own server, or removes the run's databases from the one that was given. */
export default async function tearDown(): Promise<void> {
  const own = (globalThis as { testServer?: TestServer }).testServer;
  if (!own) return dropDatabases();
  await own.postgres.stop();
  await rm(own.folder, { recursive: true, force: true });
}

async function dropDatabases(): Promise<void> {
  const client = new Client({ connectionString: process.env['COUNTERSIGN_TEST_SERVER'] });
  await client.connect();
  try {
    const left = `SELECT datname FROM pg_database WHERE starts_with(datname, $1)`;
    const { rows } = await client.query<{ datname: string }>(left, [process.env['COUNTERSIGN_TEST_RUN']]);
    for (const { datname } of rows) await client.query(`DROP DATABASE "${datname}" WITH (FORCE)`);
  } finally {
    await client.end();
  }
}
