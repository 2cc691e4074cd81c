import type { KeyRing } from '@app/kernel';
import type { ClaimedMessage, NewMessage } from './message.js';

const LABEL = 'message';

/** What the template is told, as it rests in the row: bound to the id, so that it is worth nothing in another row. */
export function sealFacts(keyRing: KeyRing, { id, facts }: NewMessage): string {
  return keyRing.seal(LABEL, id, JSON.stringify(facts));
}

/** Throws when there are none, the key is gone or the value was changed. */
export function unsealFacts(keyRing: KeyRing, { id, factsSealed }: ClaimedMessage): unknown {
  if (factsSealed === null) throw new Error('it has no facts');
  return JSON.parse(keyRing.unseal(LABEL, id, factsSealed));
}
