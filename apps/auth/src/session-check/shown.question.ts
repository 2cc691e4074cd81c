import { digest } from '@app/kernel';
import { namesOfToken, type ShownCredentials } from '@app/sessions';
import { unverifiedSessionId } from '@app/tokens';
import { isCredential } from '../protocols/docspace/docspace-cookie.js';
import { docspace } from '../protocols/docspace/docspace.protocol.js';
import { isHash } from '../protocols/navixy/navixy-parameters.js';
import { navixy } from '../protocols/navixy/navixy.protocol.js';

/** What was shown, by what it is found, and the signed token among it, which is to be verified. */
export interface Shown extends ShownCredentials {
  jwt: string | undefined;
}

export const NOTHING: Shown = {
  hash: null,
  protocol: null,
  sessionId: null,
  refresh: null,
  browserHash: null,
  jwt: undefined,
};

export const shownHash = (hash: string): Shown => ({ ...NOTHING, hash: digest(hash), protocol: navixy.name });

export const shownToken = (token: string): Shown => ({
  ...NOTHING,
  hash: digest(token),
  protocol: docspace.name,
});

export const shownJwt = (jwt: string): Shown => ({
  ...NOTHING,
  jwt,
  sessionId: unverifiedSessionId(jwt) ?? null,
});

/** A text of which nobody says what it is, as whatever has its form. */
export function shownText(text: string): Shown {
  if (isHash(text)) return shownHash(text);
  if (isCredential(text)) return { ...shownToken(text), browserHash: digest(text) };
  const refresh = namesOfToken(text);
  return refresh ? { ...NOTHING, refresh } : shownJwt(text);
}
