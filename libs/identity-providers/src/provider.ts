import type { IdentityProviderConfig } from '@app/config';
import { createRemoteJWKSet, customFetch as joseFetch, type JWTVerifyGetKey } from 'jose';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ClientAuth,
  type Configuration,
  type ServerMetadata,
} from 'openid-client';
import type { ProviderFetch } from './provider-http.js';

/** A provider whose document has been read. */
export interface Provider {
  readonly settings: IdentityProviderConfig;
  /** `clientId` and `audiences`: for whom a token may be. */
  readonly ours: readonly string[];
  readonly client: Configuration;
  readonly metadata: ServerMetadata;
  /** Its signing keys, fetched when needed and kept. */
  readonly keys: JWTVerifyGetKey;
}

/** Reads the document of `settings.issuer`; throws whatever is wrong with it. */
export async function discover(settings: IdentityProviderConfig, fetch: ProviderFetch): Promise<Provider> {
  const { issuer, clientId, clientSecret, audiences } = settings;
  const plainHttp = new URL(issuer).protocol === 'http:';
  const client = await discovery(new URL(issuer), clientId, undefined, authentication(clientSecret), {
    [customFetch]: fetch,
    execute: [enableNonRepudiationChecks, ...(plainHttp ? [allowInsecureRequests] : [])],
  });
  const metadata = client.serverMetadata();
  const { jwks_uri, token_endpoint, userinfo_endpoint, introspection_endpoint } = metadata;
  if (!jwks_uri) throw new TypeError('no jwks_uri');
  for (const url of [jwks_uri, token_endpoint, userinfo_endpoint, introspection_endpoint])
    if (url !== undefined && new URL(url).protocol !== 'https:' && !plainHttp)
      throw new TypeError('an endpoint without TLS');
  const keys = createRemoteJWKSet(new URL(jwks_uri), { [joseFetch]: fetch });
  return { settings, ours: [clientId, ...audiences], client, metadata, keys };
}

/** The standard's default is Basic; a provider that lists its ways without that one gets the secret in the body. */
function authentication(clientSecret?: string): ClientAuth {
  if (!clientSecret) return None();
  const basic = ClientSecretBasic(clientSecret);
  const post = ClientSecretPost(clientSecret);
  return (server, ...request) => {
    const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (ways.includes('client_secret_basic') ? basic : post)(server, ...request);
  };
}
