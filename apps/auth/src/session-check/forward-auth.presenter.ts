import type { Response } from 'express';
import type { ActiveCredential } from './session-check.service.js';

/** What whoever is behind the proxy is told of who is signed in. */
const HEADERS = {
  'X-Auth-Account': ({ account }: ActiveCredential) => account,
  'X-Auth-Session': ({ session }: ActiveCredential) => session,
  'X-Auth-Protocol': ({ protocol }: ActiveCredential) => protocol,
  'X-Auth-Amr': ({ amr }: ActiveCredential) => amr.join(' '),
  'X-Auth-Acr': ({ acr }: ActiveCredential) => acr,
  'X-Auth-Time': ({ authenticatedAt }: ActiveCredential) => String(authenticatedAt),
  'X-Auth-Expires': ({ expiresAt }: ActiveCredential) => String(expiresAt),
};

export const FORWARD_AUTH_HEADERS = Object.keys(HEADERS);

/**
 * Says whether somebody is signed in. Somebody who is not is no refusal, of which there would be one for each picture on a page: nothing
 * is recorded. `signIn`: where a browser goes then.
 */
export function answerProxy(
  response: Response,
  credential: ActiveCredential | undefined,
  signIn: string | undefined,
): void {
  response.setHeader('Vary', 'Authorization, Cookie');
  if (credential) {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value(credential));
    response.status(204).end();
  } else if (signIn !== undefined && response.req.accepts(['json', 'html']) === 'html') {
    response.redirect(302, signIn);
  } else {
    response.setHeader('WWW-Authenticate', 'Bearer realm="countersign"');
    response.status(401).json({ error: 'invalid_token' });
  }
}
