import { createHash } from 'node:crypto';
import { AuthError, isSameSecret, randomToken, type KeyRing } from '@app/kernel';

/** A call that somebody means to make. */
export interface UserAction {
  method: string;
  /** Without query. */
  path: string;
  /** Its body, as text. White space that says nothing may differ. */
  payload: string;
}

/** A call as it came, and what it came with to say that it was signed. */
export interface SignedAction {
  signed: string;
  action: UserAction;
}

const LABEL = 'user-action';
const TOKEN_BITS = 256;
const SIGNED = /^([\w-]{43}\.([\w-]{43}))\.([\w-]{43})$/;

/**
 * The token of a challenge for this action, with its hash in it: the challenge is made from the token, so whoever signs that signs the call,
 * and nothing about it has to be stored.
 */
export function tokenFor(action: UserAction): string {
  return `${randomToken(TOKEN_BITS)}.${hashOf(action)}`;
}

/** What says that the challenge of this token was signed: nobody but the service can make it. */
export function signedToken(keyRing: KeyRing, token: string): string {
  return `${token}.${keyRing.mac(LABEL, token).hash}`;
}

/**
 * The token of the challenge that was signed for this very action.
 *
 * @throws AuthError `credentials_wrong`
 */
export function tokenOfSigned(keyRing: KeyRing, signed: string, action: UserAction): string {
  const [, token = '', hash, mac] = SIGNED.exec(signed) ?? [];
  const isOurs = keyRing.macs(LABEL, token).some((each) => isSameSecret(mac, each));
  if (!isOurs || hash !== hashOf(action)) throw new AuthError('credentials_wrong');
  return token;
}

function hashOf({ method, path, payload }: UserAction): string {
  const said = JSON.stringify([method, path, withoutSpace(payload)]);
  return createHash('sha256').update(said).digest('base64url');
}

/** JSON as `JSON.stringify` writes it, with its members in the same order; anything else as it is. */
function withoutSpace(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload));
  } catch {
    return payload;
  }
}
