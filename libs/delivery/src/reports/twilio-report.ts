import { createHmac } from 'node:crypto';
import { isSameSecret } from '@app/kernel';
import type { DeliveryEventKind } from './delivery-event.entity.js';
import { reasonCode, type SignedReport } from './delivery-report.js';

/** What a status means here; one on the way, such as `queued` or `sent`, is no news. */
const KINDS: Record<string, DeliveryEventKind> = {
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'failed',
  failed: 'failed',
};
/** An unknown number, and one that cannot have texts, such as a landline: no text will ever arrive there. */
const FOR_GOOD = ['30005', '30006'];

/**
 * What Twilio's status callback says. It is signed by the token of the account: `X-Twilio-Signature` is HMAC-SHA-1 in base64 over the URL
 * that it was told to call and the fields in the order of their names, each name followed by its value. Undefined for what none of these
 * tokens has signed.
 *
 * Source: Twilio, Security, "Validating Signatures from Twilio"; Messages resource, "Message Status".
 */
export function twilioReport(
  url: string,
  tokens: readonly string[],
  signature: unknown,
  fields: Record<string, string>,
): SignedReport | undefined {
  const names = Object.keys(fields).sort();
  const signed = url + names.map((name) => `${name}${fields[name]}`).join('');
  const isSigned = tokens.some((token) =>
    isSameSecret(signature, createHmac('sha1', token).update(signed).digest('base64')),
  );
  const { MessageSid: providerId = '', MessageStatus: status = '', ErrorCode: detail } = fields;
  if (!isSigned) return undefined;
  const kind = Object.hasOwn(KINDS, status) ? KINDS[status] : undefined;
  if (!kind || !providerId) return { id: '', report: undefined };
  const isForGood = detail !== undefined && FOR_GOOD.includes(detail);
  return {
    id: `twilio:${providerId}:${status}`,
    report: {
      kind: isForGood ? 'bounced' : kind,
      provider: 'twilio',
      providerId,
      detail: reasonCode(detail),
    },
  };
}
