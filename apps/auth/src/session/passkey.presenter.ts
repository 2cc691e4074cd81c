import { identifyAs, type Identifier } from '@app/kernel';
import type { WachtPasskeyLoginBeginRequest } from './passkey.dto.js';
import type { PasskeyLogin } from './passkey-sign-in.service.js';

/** What a page of a client hands to `navigator.credentials.get` (WebAuthn Level 3, §5.5), ids and challenge in base64url. */
export function presentPasskeyLogin(login: PasskeyLogin): { options: { publicKey: object } } {
  const publicKey = {
    challenge: login.token,
    timeout: login.lifeSeconds * 1000,
    rpId: login.rpId,
    userVerification: 'required',
    allowCredentials: login.keys.map(({ credential_id: id }) => ({ type: 'public-key', id })),
  };
  return { options: { publicKey } };
}

/** Whom a client names, if anybody. */
export function namedIn({ email, username }: WachtPasskeyLoginBeginRequest): Identifier | undefined {
  if (email !== undefined) return identifyAs('email', email);
  return username === undefined ? undefined : identifyAs('username', username);
}
