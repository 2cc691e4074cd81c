import { z } from 'zod';
import { typedReference } from '@app/kernel';
import type { DeliveryEventKind } from './delivery-event.entity.js';

/** What a provider says of one message, which it names by the reference, by the id that it was handed over with, or by its own. */
export interface DeliveryReport {
  kind: DeliveryEventKind;
  provider: 'webhook' | 'twilio' | 'vonage';
  reference?: string;
  messageId?: string;
  /** The provider's own id of it. */
  providerId?: string;
  /** The code of the reason, if it has the form of one. */
  detail?: string;
}

/** What somebody who signs has said, by an id that is the same when they say it again; no report: no news. */
export interface SignedReport {
  id: string;
  report: DeliveryReport | undefined;
}

/** A code of a reason, if it has the form of one: what is in its place may quote an address. */
export const reasonCode = (text: string | undefined): string | undefined =>
  text && CODE.test(text) ? text : undefined;

const CODE = /^[\w.:-]{1,32}$/;
const PREFIX = 'message.';
const form = z.object({
  type: z.enum(['message.delivered', 'message.bounced', 'message.delayed', 'message.failed']),
  data: z.object({
    reference: z.string().max(32).optional(),
    id: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional(),
    code: z.string().regex(CODE).optional(),
  }),
});

/** `{type: 'message.bounced', data: {reference | id, code?}}`; undefined for what is none. */
export function deliveryReport(body: unknown): DeliveryReport | undefined {
  const { data: read } = form.safeParse(body);
  if (!read) return undefined;
  const { reference: typed, id: messageId, code: detail } = read.data;
  const reference = typed === undefined ? undefined : typedReference(typed);
  if (reference === undefined && messageId === undefined) return undefined;
  return {
    kind: read.type.slice(PREFIX.length) as DeliveryEventKind,
    provider: 'webhook',
    reference,
    messageId,
    detail,
  };
}
