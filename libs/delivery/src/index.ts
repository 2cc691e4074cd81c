export { DeliveryModule } from './delivery.module.js';
export { Mailbox, type MailboxMessage } from './mailbox/mailbox.js';
export type { NewMessage } from './message.js';
export type { FactorChange } from './templates/factor-changed.js';
export { MessageEntity } from './message.entity.js';
export { Outbox, type Backlog } from './outbox.js';
export { purgeMessages } from './purge.js';
export { markup, type Markup } from './templates/markup.js';
