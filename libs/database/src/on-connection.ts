import { Client } from 'pg';

const PATIENCE_MS = 5000;

/** Does `work` on a connection of its own, which then ends. */
export async function onConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS });
  // What breaks later fails the query that waits for it.
  client.on('error', () => undefined);
  // Not within the try: one that never was connected would never end.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
