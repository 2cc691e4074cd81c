import { createHmac } from 'node:crypto';

/** Where signed events go, and with which keys: each of them signs, so that a receiver can change from one to the next. */
export interface Receiver {
  url: string;
  secrets: readonly Buffer[];
}

/** The headers of Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp` (Unix seconds) and `webhook-signature`. */
export function signedHeaders(
  { secrets }: Receiver,
  id: string,
  at: Date,
  body: string,
): Record<string, string> {
  const seconds = String(Math.floor(at.getTime() / 1000));
  const sign = (secret: Buffer) =>
    `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': secrets.map(sign).join(' '),
  };
}

/** POSTs one event; undefined when it has arrived (2xx), and otherwise why not, without the URL. Follows no redirect. */
export async function post(
  receiver: Receiver,
  headers: Record<string, string>,
  body: string,
  limit: AbortSignal,
): Promise<string | undefined> {
  const url = new URL(receiver.url);
  const basic = Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
  const authorization = url.username || url.password ? `Basic ${basic.toString('base64')}` : undefined;
  // `fetch` refuses a URL with a user name in it.
  url.username = url.password = '';
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Countersign',
        ...(authorization && { Authorization: authorization }),
        ...headers,
      },
      body,
      signal: limit,
    });
    await response.body?.cancel();
    return response.ok ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    const { name, cause } = error as Error;
    return (cause as { code?: string } | undefined)?.code ?? name;
  }
}
