export {
  AccessTokens,
  unverifiedSessionId,
  type AccessTokenClaims,
  type NewAccessToken,
} from './access-tokens.js';
export { KeyRotation, type Rotation } from './key-rotation.js';
export { SigningKeyEntity } from './signing-key.entity.js';
export { restingSigningKeys, sealedSigningKeys } from './sealed-signing-keys.js';
export { SigningKeys } from './signing-keys.js';
export { JWKS_MAX_AGE_SECONDS } from './times.js';
export {
  PENDING_SCOPE,
  SIGNED_IN_SCOPES,
  TokenPairs,
  type TokenHolder,
  type TokenPair,
} from './token-pairs.js';
export { TokensModule } from './tokens.module.js';
export { Bearer, BearerGuard, NeedsScope } from './bearer.guard.js';
