import type { SignedHeaders } from '@app/delivery';

/** Where signed events go, and with which keys: each of them signs, so that a receiver can change from one to the next. */
export interface Receiver {
  url: string;
  /** Of Standard Webhooks. */
  secrets: readonly string[];
}

/** POSTs one event; undefined when it has arrived (2xx), and otherwise why not, without the URL. Follows no redirect. */
export async function post(
  receiver: Receiver,
  headers: SignedHeaders,
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
