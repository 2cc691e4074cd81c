import type { Config } from '@app/config';
import type { Mailbox } from '../mailbox/mailbox.js';

/** Whether anything carries texts: the webhook or, in development, the mailbox. */
export function canText({ delivery }: Config, { open }: Mailbox): boolean {
  return delivery.smsWebhookUrl !== undefined || open;
}
