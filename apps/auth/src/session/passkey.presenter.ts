import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { identifyAs, type Identifier } from '@app/kernel';
import type { LoginChallenge } from '@app/sign-in';
import type { WachtPasskeyLoginBeginRequest } from './passkey.dto.js';

/** The options of WebAuthn's calls, as pages of clients take them (Level 3, §5.5). */
@Injectable()
export class PasskeyPresenter {
  constructor(private readonly config: Config) {}

  login({ token, keys }: LoginChallenge): { options: { publicKey: object } } {
    const { webauthn, attempts } = this.config;
    const publicKey = {
      challenge: token,
      timeout: attempts.login_proof.lifeSeconds * 1000,
      rpId: webauthn.rpId,
      userVerification: 'required',
      allowCredentials: keys.map(({ credential_id: id }) => ({ type: 'public-key', id })),
    };
    return { options: { publicKey } };
  }
}

/** Whom a client names, if anybody. */
export function namedIn({ email, username }: WachtPasskeyLoginBeginRequest): Identifier | undefined {
  if (email !== undefined) return identifyAs('email', email);
  return username === undefined ? undefined : identifyAs('username', username);
}
