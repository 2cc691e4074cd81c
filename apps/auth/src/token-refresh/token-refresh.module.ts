import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { PasswordTokenService } from './password-token.service.js';
import { RefreshService } from './refresh.service.js';
import { SecondFactorService } from './second-factor.service.js';
import { TokenService } from './token.service.js';
import { YatTokenController } from './yat-token.controller.js';

/** Flow `token-refresh`: access tokens, and refresh tokens that renew them for months. Spoken by yat clients. */
@Module({
  imports: [SignInModule, TokensModule],
  controllers: [YatTokenController],
  providers: [PasswordTokenService, RefreshService, SecondFactorService, TokenService],
})
export class TokenRefreshModule {}
