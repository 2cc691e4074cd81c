import { sql } from '@app/database';
import { AMPLE_SENDS, type TestApp } from './test-app.js';

/** A service with the product's own limits over everything that is sent; people call from wherever they say. */
export const PRODUCT_SENDS = {
  ...Object.fromEntries(Object.keys(AMPLE_SENDS).map((name) => [name, ''])),
  TRUSTED_PROXIES: 'loopback',
  RESEND_SECONDS: '1',
  YAT_REQUESTS_PER_MINUTE_LIMIT: '1000000',
  WACHT_REQUESTS_PER_MINUTE_LIMIT: '1000000',
  WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: '1000000',
  DFNS_REQUESTS_PER_MINUTE_LIMIT: '1000000',
};

interface Fate {
  state: string;
  last_error: string | null;
}

/** What became of the messages to whoever `recipient` is like (LIKE), in their order: how many were promised, and why others were not. */
export async function fates(app: TestApp, recipient: string): Promise<{ sent: number; withheld: string[] }> {
  const rows = await app.rows<Fate>(
    sql`SELECT state, last_error FROM messages WHERE recipient LIKE ${recipient} ORDER BY id`,
  );
  const withheld = rows.filter(({ state }) => state === 'withheld');
  return {
    sent: rows.length - withheld.length,
    withheld: withheld.map(({ last_error }) => last_error ?? ''),
  };
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** A call of somebody at this address; the status of its answer, its body and how long it is. */
export async function callFrom(
  app: TestApp,
  network: string,
  [method, path, body]: [string, string, object],
): Promise<{ status: number; text: string }> {
  const headers = { ...JSON_TYPE, 'X-Forwarded-For': network };
  const response = await fetch(`${app.url}${path}`, { method, headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

/** So that a network is not what stops texts. */
export const AMPLE_TEXTS = { NETWORK_TEXTS_HOURLY_LIMIT: '10000' };
