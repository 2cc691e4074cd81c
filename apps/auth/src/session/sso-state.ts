import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import type { AuthorizationRequest } from '@app/identity-providers';
import { KeyRing, randomToken } from '@app/kernel';
import { z } from 'zod';

const LABEL = 'sso-state';

const state = z.strictObject({
  /** The attempt of the browser session, which is good for one session. */
  attemptId: z.string(),
  provider: z.string(),
  redirectUri: z.string(),
  nonce: z.string(),
  verifier: z.string(),
});

/** What has to be known again when a browser comes back from its provider. */
export type SsoState = Readonly<z.output<typeof state>>;

/**
 * The state of a sign-in at a provider travels with the browser, sealed for its browser session: another browser's is none, and neither
 * the provider nor whoever reads the address learns the verifier and the nonce.
 */
@Injectable()
export class SsoStates {
  private readonly callback: string;

  constructor(
    private readonly keyRing: KeyRing,
    { http }: Config,
  ) {
    this.callback = `${http.publicUrl}/auth/sso/callback`;
  }

  make(begun: Pick<SsoState, 'attemptId' | 'provider' | 'redirectUri'>): SsoState {
    return { ...begun, nonce: randomToken(128), verifier: randomToken(256) };
  }

  seal(given: SsoState, browserId: string): string {
    return this.keyRing.seal(LABEL, browserId, JSON.stringify(given));
  }

  requestOf({ nonce, verifier }: SsoState, sealed: string): AuthorizationRequest {
    return { callback: this.callback, state: sealed, nonce, verifier };
  }

  /** Undefined for anything that was not sealed for this browser session. */
  read(sealed: string, browserId: string): SsoState | undefined {
    try {
      return state.parse(JSON.parse(this.keyRing.unseal(LABEL, browserId, sealed)));
    } catch {
      return undefined;
    }
  }
}
