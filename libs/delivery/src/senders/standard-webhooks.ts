import { createHmac } from 'node:crypto';
import { signingKey } from '@app/kernel';

/** The headers of a webhook by which its receiver knows that it is ours, not played again and not a copy. */
export interface SignedHeaders {
  /** The same at each try: what a receiver has taken once it need not take again. */
  'webhook-id': string;
  /** Unix seconds. A receiver refuses what is older than a few minutes. */
  'webhook-timestamp': string;
  /** `v1,<base64>` of each secret, in their order, with a space between: a receiver that knows one of them is content. */
  'webhook-signature': string;
}

/**
 * Signs in the form of Standard Webhooks 1.0: HMAC-SHA-256 over `<id>.<timestamp>.<body>`. `secrets`: the newest first; while one is
 * being replaced both sign. `id` must hold no full stop. `body`: exactly the bytes that are sent.
 *
 * @throws Error when there is no secret, or one of them is none
 */
export function sign(secrets: readonly string[], id: string, timestamp: Date, body: string): SignedHeaders {
  if (!secrets.length) throw new Error('nothing to sign with');
  const seconds = Math.floor(timestamp.getTime() / 1000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': secrets
      .map((secret) => signatureOf(keyOf(secret), id, String(seconds), body))
      .join(' '),
  };
}

/** What one key makes of a webhook, ours or one that came: `v1,<base64>`. `timestamp`: Unix seconds, as they are sent. */
export function signatureOf(key: Buffer, id: string, timestamp: string, body: string | Buffer): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

function keyOf(secret: string): Buffer {
  const key = signingKey(secret);
  if (!key) throw new Error('a signing secret must be whsec_ and the base64 of 24 to 64 bytes');
  return key;
}
