import { z } from 'zod';
import { typedReference } from '@app/kernel';
import type { DeliveryEventKind } from './delivery-event.entity.js';

/** What a provider says of one message, which it names by the reference or by the id that it was handed over with. */
export interface DeliveryReport {
  kind: DeliveryEventKind;
  reference?: string;
  messageId?: string;
  /** The code of the reason, if it has the form of one. */
  detail?: string;
}

const PREFIX = 'message.';
const form = z.object({
  type: z.enum(['message.delivered', 'message.bounced', 'message.delayed', 'message.failed']),
  data: z.object({
    reference: z.string().max(32).optional(),
    id: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional(),
    code: z
      .string()
      .regex(/^[\w.:-]{1,32}$/)
      .optional(),
  }),
});

/** `{type: 'message.bounced', data: {reference | id, code?}}`; undefined for what is none. */
export function deliveryReport(body: unknown): DeliveryReport | undefined {
  const { data: read } = form.safeParse(body);
  if (!read) return undefined;
  const { reference: typed, id: messageId, code: detail } = read.data;
  const reference = typed === undefined ? undefined : typedReference(typed);
  if (reference === undefined && messageId === undefined) return undefined;
  return { kind: read.type.slice(PREFIX.length) as DeliveryEventKind, reference, messageId, detail };
}
