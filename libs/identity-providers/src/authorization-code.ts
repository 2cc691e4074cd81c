import { genericGrantRequest } from 'openid-client';
import { withAddress } from './address.js';
import type { Claims } from './external-identity.js';
import { ProofError } from './proof-error.js';
import type { Provider } from './provider.js';

/**
 * Redeems a code that the client got. As the generic grant: the same request and the same checks of the ID token, its
 * signature included, without `state`, `iss` and `nonce`, which only who made the authorization request can compare.
 */
export async function redeemCode(provider: Provider, code: string): Promise<Claims> {
  const { client, metadata, settings } = provider;
  if (!settings.redirectUri || !metadata.token_endpoint)
    throw new ProofError('unsupported', 'no redirectUri or token endpoint');
  const tokens = await genericGrantRequest(client, 'authorization_code', {
    code,
    redirect_uri: settings.redirectUri,
  });
  const claims = tokens.claims();
  if (!claims) throw new ProofError('wrong', 'no ID token');
  return withAddress(provider, claims, tokens.access_token);
}
