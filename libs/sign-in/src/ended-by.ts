import { endCredentialsAt, type HeldAccount } from '@app/accounts';
import { keepOpenAt } from '@app/attempts';
import type { Effect, Part } from '@app/database';
import type { Credential, RequestContext, StampEvent } from '@app/kernel';
import { endSessionsAt, type Spared } from '@app/sessions';

export interface Ended {
  /** The sessions that it ends. */
  ended: Part<{ id: string }>;
  effects: Effect[];
}

/**
 * What an event at the account ends, by the one table (`whatEndsWhen`), as parts of the statement that does it. `account` has the stamp
 * that the event has raised; what the account's own row loses, it loses in the same UPDATE. `brings`: see `endCredentialsAt`.
 */
export function endedBy(
  event: StampEvent,
  call: Pick<RequestContext, 'now'>,
  account: Part<HeldAccount>,
  { brings, ...spared }: Spared & { brings?: readonly Credential[] } = {},
): Ended {
  const sessions = endSessionsAt(event, call, account, spared);
  const credentials = endCredentialsAt(event, call, account, brings);
  return { ended: sessions.ended, effects: [sessions, keepOpenAt(event, account), ...credentials] };
}
