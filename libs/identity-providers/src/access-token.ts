import { fetchUserInfo, skipSubjectCheck, tokenIntrospection } from 'openid-client';
import type { Claims } from './external-identity.js';
import { ProofError } from './proof-error.js';
import type { Provider } from './provider.js';

/**
 * Whose access token it is. Userinfo would answer for the token of any app: without introspection that app, or whoever
 * took the token from it, could sign in here as each of its users (token substitution, RFC 9700).
 */
export async function identifyByAccessToken(provider: Provider, accessToken: string): Promise<Claims> {
  const { client, metadata, ours } = provider;
  if (!metadata.introspection_endpoint || !metadata.userinfo_endpoint)
    throw new ProofError('unsupported', 'no introspection or no userinfo endpoint');
  const token = await tokenIntrospection(client, accessToken, { token_type_hint: 'access_token' });
  if (!token.active) throw new ProofError('wrong', 'not active');
  // Who asked for the token counts, and not for whom it is (`aud`): any app can ask for tokens that are for us.
  if (!token.client_id || !ours.includes(token.client_id))
    throw new ProofError('wrong', 'issued to another party');
  const person = await fetchUserInfo(client, accessToken, token.sub ?? skipSubjectCheck);
  return { ...person, iss: metadata.issuer };
}
