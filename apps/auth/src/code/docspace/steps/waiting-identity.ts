import { Injectable } from '@nestjs/common';
import type { ProvenIdentity } from '@app/accounts';
import { KeyRing } from '@app/kernel';
import { z } from 'zod';

const LABEL = 'docspace-identity';

const waiting = z.strictObject({ provider: z.string(), issuer: z.string(), subject: z.string() });

/**
 * An identity that its provider has vouched for, and that the session after the second factor links: it travels with the key of the step,
 * sealed for it. A session is found by the digest of the whole key, so another one's is no key at all.
 */
@Injectable()
export class WaitingIdentities {
  constructor(private readonly keyRing: KeyRing) {}

  /** The key of a step of this token. */
  keyOf(token: string, identity: ProvenIdentity | undefined): string {
    if (!identity) return token;
    const { provider, issuer, subject } = identity;
    return `${token}.${this.keyRing.seal(LABEL, token, JSON.stringify({ provider, issuer, subject }))}`;
  }

  /** Undefined where there is none, or it was sealed under a key that is gone. */
  behind(key: string): ProvenIdentity | undefined {
    const at = key.indexOf('.');
    if (at < 0) return undefined;
    try {
      return waiting.parse(JSON.parse(this.keyRing.unseal(LABEL, key.slice(0, at), key.slice(at + 1))));
    } catch {
      return undefined;
    }
  }
}
