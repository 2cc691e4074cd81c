import { createHmac } from 'node:crypto';

/** `whsec_` and the base64 of 24 to 64 bytes, as https://www.standardwebhooks.com has it. */
const SECRET = /^whsec_((?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?)$/;
const [SHORTEST, LONGEST] = [24, 64];

/** The headers of a webhook by which its receiver knows that it is ours, not played again and not a copy. */
export interface SignedHeaders {
  /** The same at each try: what a receiver has taken once it need not take again. */
  'webhook-id': string;
  /** Unix seconds. A receiver refuses what is older than a few minutes. */
  'webhook-timestamp': string;
  /** `v1,<base64>` of each secret, in their order, with a space between: a receiver that knows one of them is content. */
  'webhook-signature': string;
}

/** Whether a secret can sign: `whsec_` with 24 to 64 bytes. */
export function isSigningSecret(text: string): boolean {
  const [, base64] = SECRET.exec(text) ?? [];
  const { length } = Buffer.from(base64 ?? '', 'base64');
  return length >= SHORTEST && length <= LONGEST;
}

/**
 * Signs in the form of Standard Webhooks 1.0: HMAC-SHA-256 over `<id>.<timestamp>.<body>`. `secrets`: the newest first; while one is
 * being replaced both sign. `id` must hold no full stop. `body`: exactly the bytes that are sent.
 *
 * @throws Error when there is no secret, or one of them is none
 */
export function sign(secrets: readonly string[], id: string, timestamp: Date, body: string): SignedHeaders {
  if (!secrets.length || !secrets.every(isSigningSecret))
    throw new Error('a signing secret must be whsec_ and the base64 of 24 to 64 bytes');
  const seconds = Math.floor(timestamp.getTime() / 1000);
  const content = `${id}.${seconds}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': secrets.map((secret) => `v1,${hmac(secret, content)}`).join(' '),
  };
}

function hmac(secret: string, content: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return createHmac('sha256', key).update(content).digest('base64');
}
