import { isSameSecret, typedReference, type KeyRing } from '@app/kernel';

const LABEL = 'not-me';

/**
 * The token by which the reader of a message says that they did not ask for it: the reference, and what only the service can make of it.
 * Nothing is stored: it is worth nothing but this, and as long as the message is remembered.
 */
export function notMeToken(keyRing: KeyRing, reference: string): string {
  return `${reference}.${keyRing.mac(LABEL, reference).hash}`;
}

/** The reference of the message that this token came in; undefined for what the service did not make. */
export function referenceOf(keyRing: KeyRing, token: string): string | undefined {
  const [typed = '', mac = ''] = token.split('.');
  const reference = typedReference(typed);
  const isOurs = reference && keyRing.macs(LABEL, reference).some((ours) => isSameSecret(mac, ours));
  return isOurs ? reference : undefined;
}
