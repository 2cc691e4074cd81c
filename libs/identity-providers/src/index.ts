export { IdentityProviders } from './identity-providers.js';
export { IdentityProvidersModule } from './identity-providers.module.js';
export type { ExternalIdentity } from './external-identity.js';
export type { IdentityOutcome, IdentityProof } from './identity-providers.js';
export type { AuthorizationRequest } from './authorization-request.js';
export { ProviderHttp } from './provider-http.js';
