import { createHmac } from 'node:crypto';
import { isSameSecret } from '@app/kernel';
import type { DeliveryEventKind } from './delivery-event.entity.js';
import { reasonCode, type SignedReport } from './delivery-report.js';
import { isOfNow } from './standard-webhooks.js';

/** What a status means here; `accepted`, `buffered` and `unknown` are no news. */
const KINDS: Record<string, DeliveryEventKind> = {
  delivered: 'delivered',
  expired: 'failed',
  failed: 'failed',
  rejected: 'failed',
};
/** `err-code` of a subscriber who is absent for good, and of a number that is none. */
const FOR_GOOD = ['3', '9'];

/**
 * What a delivery receipt of Vonage's SMS API says, whose messages are signed: `sig` is HMAC-SHA-256 in hex over `&name=value` of all other
 * fields in the order of their names, in whose values `&` and `=` are written `_`. Undefined for what none of these secrets has signed,
 * or not now.
 *
 * Source: Vonage, "Signing messages" and "SMS delivery receipts".
 */
export function vonageReport(
  secrets: readonly string[],
  fields: Record<string, string>,
  now: Date,
): SignedReport | undefined {
  const { sig = '', timestamp = '', status = '', 'client-ref': messageId = '' } = fields;
  const { messageId: providerId = '', 'err-code': detail } = fields;
  const names = Object.keys(fields).filter((name) => name !== 'sig');
  const signed = names
    .sort()
    .map((name) => `&${name}=${fields[name]?.replace(/[&=]/g, '_')}`)
    .join('');
  const isSigned = secrets.some((secret) =>
    isSameSecret(sig.toLowerCase(), createHmac('sha256', secret).update(signed).digest('hex')),
  );
  if (!isSigned || !isOfNow(timestamp, now)) return undefined;
  const kind = Object.hasOwn(KINDS, status) ? KINDS[status] : undefined;
  if (!kind || !/^\d{1,18}$/.test(messageId)) return { id: '', report: undefined };
  const isForGood = detail !== undefined && FOR_GOOD.includes(detail);
  return {
    id: `vonage:${providerId || messageId}:${status}`,
    report: { kind: isForGood ? 'bounced' : kind, provider: 'vonage', messageId, detail: reasonCode(detail) },
  };
}
