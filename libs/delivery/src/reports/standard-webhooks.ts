import { isSameSecret } from '@app/kernel';
import { signatureOf } from '../senders/standard-webhooks.js';

/** How far the clock of who signs may be from ours, and how long a call can be played again; ids cover that time. */
const TOLERANCE_SECONDS = 300;
const LONGEST_ID = 256;

/** A call as it came: the headers by their names in lower case, and the bytes of the body. */
export interface SignedCall {
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/**
 * The id of a call that is signed by the secret (`whsec_…` or any text) as the Standard Webhooks specification has it: HMAC-SHA-256 in
 * base64 over `id.timestamp.body`, any of several `v1,…` signatures. Undefined for what is not, or not of now.
 */
export function signedId(secret: string, { headers, body }: SignedCall, now: Date): string | undefined {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
    (name) => headers[`webhook-${name}`],
  );
  if (typeof id !== 'string' || id.length > LONGEST_ID || !/^[\x21-\x7e]+$/.test(id)) return undefined;
  if (!isOfNow(timestamp, now) || typeof signatures !== 'string') return undefined;
  const right = signatureOf(keyOf(secret), id, timestamp, body);
  const isRight = signatures.split(' ').some((one) => isSameSecret(one, right));
  return isRight ? id : undefined;
}

function keyOf(secret: string): Buffer {
  const encoded = /^whsec_(.+)$/.exec(secret)?.[1];
  return encoded ? Buffer.from(encoded, 'base64') : Buffer.from(secret);
}

/** Whether this is an instant (Unix seconds) of the last or next minutes. */
export function isOfNow(timestamp: unknown, now: Date): timestamp is string {
  return (
    typeof timestamp === 'string' &&
    /^\d{1,12}$/.test(timestamp) &&
    Math.abs(now.getTime() / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS
  );
}
