import { fetchUserInfo } from 'openid-client';
import type { Claims } from './external-identity.js';
import type { Provider } from './provider.js';

/**
 * The claims with the person's address: many providers tell it at the userinfo endpoint alone. Whose token it is does not
 * matter: the answer has to be about the subject who is proven already.
 */
export async function withAddress(
  { client, metadata, settings }: Provider,
  claims: Claims,
  accessToken: string | undefined,
): Promise<Claims> {
  const known = claims['email'] !== undefined || !settings.linkByEmail;
  if (known || !accessToken || !metadata.userinfo_endpoint) return claims;
  const { email, email_verified } = await fetchUserInfo(client, accessToken, String(claims['sub']));
  return { ...claims, email, email_verified };
}
