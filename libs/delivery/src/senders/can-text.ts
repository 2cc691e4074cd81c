import type { Config } from '@app/config';
import { hasMailbox } from '../mailbox/mailbox.js';

/** Whether anything carries texts: a provider or, in development, the mailbox. */
export function canText(config: Config): boolean {
  return config.delivery.textProviders.length > 0 || hasMailbox(config);
}
