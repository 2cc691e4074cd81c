import type { Config } from '@app/config';
import { hasMailbox } from '../mailbox/mailbox.js';

/** Whether anything carries texts: the webhook or, in development, the mailbox. */
export function canText(config: Config): boolean {
  return config.delivery.smsWebhookUrl !== undefined || hasMailbox(config);
}
