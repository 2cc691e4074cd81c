import { askedBy, type FactorChange, type NewMessage } from '@app/delivery';
import { plusSeconds, type Call } from '@app/kernel';

/** A notice that is a day late is still news to an owner whose account was taken. */
const LIFE_SECONDS = 86_400;

/** The mail that tells the owner of a change of the second factor. */
export function factorNotice({ now, client, nextId }: Call, change: FactorChange): NewMessage {
  return {
    id: nextId(),
    channel: 'email',
    template: 'factor_changed',
    expiresAt: plusSeconds(now, LIFE_SECONDS),
    facts: {
      change,
      ...askedBy({ now, client }),
    },
  };
}
