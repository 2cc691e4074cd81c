import { authorizationCodeGrant, buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client';
import { withAddress } from './address.js';
import type { Claims } from './external-identity.js';
import { ProofError } from './proof-error.js';
import type { Provider } from './provider.js';

/** A request that we have made ourselves, and can compare the answer with. */
export interface AuthorizationRequest {
  /** Where the provider sends the browser back to. */
  callback: string;
  state: string;
  nonce: string;
  /** Of PKCE (RFC 7636): whoever reads the code on its way cannot redeem it. */
  verifier: string;
}

/** Where a browser asks the provider for a code. */
export async function authorizationUrl(
  { client, metadata }: Provider,
  { callback, state, nonce, verifier }: AuthorizationRequest,
): Promise<string> {
  if (!metadata.authorization_endpoint || !metadata.token_endpoint)
    throw new ProofError('unsupported', 'no authorization or token endpoint');
  return buildAuthorizationUrl(client, {
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid email',
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).href;
}

/** Redeems the code that came back with the browser: `answer` is the query it came with. The state, the issuer and the nonce are compared. */
export async function redeemAnswer(
  provider: Provider,
  { callback, state, nonce, verifier }: AuthorizationRequest,
  answer: URLSearchParams,
): Promise<Claims> {
  const url = new URL(callback);
  url.search = answer.toString();
  const tokens = await authorizationCodeGrant(provider.client, url, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims) throw new ProofError('wrong', 'no ID token');
  return withAddress(provider, claims, tokens.access_token);
}
