import { createHash } from 'node:crypto';
import { ScureBase32Plugin } from 'otplib';
import { totpStep, totpUri } from '../totp.js';

/**
 * What a key has to sign, from the token that its attempt is found by: nothing has to be stored, and who reads a signed
 * challenge does not know the token.
 */
export function challengeOf(token: string): string {
  return derive('challenge', token).toString('base64url');
}

/** An authenticator offered along with a token: its secret is made from the token, so that nothing is stored until it is taken. */
export class OfferedTotp {
  readonly secret: string;

  constructor(token: string) {
    this.secret = new ScureBase32Plugin().encode(derive('totp', token).subarray(0, 20), { padding: false });
  }

  /** For the owner's app. */
  uri(label: string, issuer: string): string {
    return totpUri(this.secret, label, issuer);
  }

  /** The step at which the code is right: the owner's app has the secret. */
  stepOf(code: string, now: Date): number | undefined {
    return totpStep(this.secret, code, now);
  }
}

function derive(use: string, token: string): Buffer {
  return createHash('sha256').update(`countersign/${use}/${token}`).digest();
}
