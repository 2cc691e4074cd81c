import type { IntrospectionResponse } from './introspection.dto.js';
import type { ActiveCredential } from './session-check.service.js';

export function presentIntrospection(
  credential: ActiveCredential | undefined,
  issuer: string,
): IntrospectionResponse {
  if (!credential) return { active: false };
  const { account, session, protocol, amr, acr, scopes, audience } = credential;
  return {
    active: true,
    sub: account,
    sid: session,
    protocol,
    amr,
    acr,
    auth_time: credential.authenticatedAt,
    iat: credential.issuedAt,
    exp: credential.expiresAt,
    iss: issuer,
    ...(audience !== undefined && { aud: audience, token_type: 'Bearer' }),
    ...(scopes?.length && { scope: scopes.join(' ') }),
  };
}
