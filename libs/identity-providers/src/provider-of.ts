import type { IdentityProviderConfig } from '@app/config';
import { decodeJwt, type JWTPayload } from 'jose';

/**
 * Of whom an ID token says that it is, unverified. Entries may share an issuer: the one it is for counts before the first. With
 * or without a slash at its end is one issuer, as in its document.
 */
export function providerOf<Entry extends Pick<IdentityProviderConfig, 'issuer' | 'clientId' | 'audiences'>>(
  entries: readonly Entry[],
  idToken: string,
): Entry | undefined {
  const { iss, aud } = claimsOf(idToken);
  if (typeof iss !== 'string' || !URL.canParse(iss)) return undefined;
  const { href } = new URL(iss);
  const ofIssuer = entries.filter(({ issuer }) => new URL(issuer).href === href);
  const parties = [aud].flat();
  return (
    ofIssuer.find(({ clientId, audiences }) => [clientId, ...audiences].some((us) => parties.includes(us))) ??
    ofIssuer[0]
  );
}

function claimsOf(idToken: string): JWTPayload {
  try {
    return decodeJwt(idToken);
  } catch {
    return {};
  }
}
