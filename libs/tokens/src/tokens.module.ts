import { Module } from '@nestjs/common';
import { AccessTokens } from './access-tokens.js';
import { KeyRotation } from './key-rotation.js';
import { SigningKeys } from './signing-keys.js';
import { SigningKeysRepository } from './signing-keys.repository.js';
import { TokenPairs } from './token-pairs.js';

@Module({
  providers: [SigningKeysRepository, SigningKeys, AccessTokens, KeyRotation, TokenPairs],
  exports: [SigningKeys, AccessTokens, KeyRotation, TokenPairs],
})
export class TokensModule {}
