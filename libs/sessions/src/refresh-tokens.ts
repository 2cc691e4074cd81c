import { Injectable } from '@nestjs/common';
import { digest, KeyRing, randomToken } from '@app/kernel';

/** A refresh token as it was presented, with the tokens that may follow it. */
export interface PresentedToken {
  /** Digest of the part that all tokens of a session share: names the row. */
  familyHash: string;
  hash: string;
  /** Under each key of the ring, the signing one first. */
  successors: IssuedToken[];
}

export interface IssuedToken {
  token: string;
  hash: string;
}

const LABEL = 'refresh';
const FAMILY_BITS = 128;
const SECRET_BITS = 256;
const FORM = /^(?<family>[\w-]{22})\.[\w-]{43}$/;

/**
 * Refresh tokens: `<family>.<secret>`, base64url. The family stays with the session, so that a token of long ago is
 * still known for one of its own.
 *
 * The secret after another is its HMAC under the server's key. So a call repeated because its answer was lost can be
 * given the very token that was lost, which is nowhere stored: many tabs that refresh at once all end up with
 * the same one, and no second branch is ever alive.
 */
@Injectable()
export class RefreshTokens {
  constructor(private readonly keyRing: KeyRing) {}

  /** The first token of a new session. */
  first(): IssuedToken & { familyHash: string } {
    const family = randomToken(FAMILY_BITS);
    return { familyHash: digest(family), ...issued(`${family}.${randomToken(SECRET_BITS)}`) };
  }

  /** Undefined for a text that has not the form of a token. */
  read(token: string): PresentedToken | undefined {
    const names = namesOfToken(token);
    if (!names) return undefined;
    const { family } = names;
    const successors = this.keyRing.macs(LABEL, token).map((secret) => issued(`${family}.${secret}`));
    return { familyHash: names.familyHash, hash: names.hash, successors };
  }
}

/** By what a refresh token is found; undefined for a text that has not the form of one. */
export function namesOfToken(
  token: string,
): { family: string; familyHash: string; hash: string } | undefined {
  const family = FORM.exec(token)?.groups?.family;
  return family === undefined ? undefined : { family, familyHash: digest(family), hash: digest(token) };
}

function issued(token: string): IssuedToken {
  return { token, hash: digest(token) };
}
