import type { RequestContext } from '@app/kernel';
import { askedBy } from './asked-by.js';
import type { Channel, NewMessage } from './message.js';

/** The templates that carry the code of an attempt. */
export type CodeTemplate =
  'sign_in_code' | 'sign_up_code' | 'address_code' | 'login_code' | 'registration_code' | 'recovery_code';

export interface CodeToSend {
  template: CodeTemplate;
  channel: Channel;
  /** As people read it. */
  code: string;
}

/** The mail or text with the code of an attempt: worth nothing, and not sent, when the attempt has ended. */
export function codeMessage(
  call: RequestContext,
  attempt: { id: string; expiresAt: Date },
  { template, channel, code }: CodeToSend,
): NewMessage {
  const { id: attemptId, expiresAt } = attempt;
  const lifeSeconds = Math.round((expiresAt.getTime() - call.now.getTime()) / 1000);
  const facts = { code, lifeSeconds, ...askedBy(call) };
  return { id: call.nextId(), channel, template, attemptId, expiresAt, facts };
}
