import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { AccountService } from './account.service.js';
import { BackupRemovalService } from './backup-removal.service.js';
import { FactorCodeService } from './factor-code.service.js';
import { FactorConfirmService } from './factor-confirm.service.js';
import { FactorRemovalService } from './factor-removal.service.js';
import { FactorSettings } from './factor-settings.js';
import { FactorSetups } from './factor-setup.js';
import { Freshness } from './freshness.js';
import { PasswordTokenService } from './password-token.service.js';
import { RefreshService } from './refresh.service.js';
import { RegistrationService } from './registration.service.js';
import { SecondFactorService } from './second-factor.service.js';
import { SmsSetupService } from './sms-setup.service.js';
import { TokenService } from './token.service.js';
import { TotpSetupService } from './totp-setup.service.js';
import { YatAccountController } from './yat-account.controller.js';
import { YatBackupController } from './yat-backup.controller.js';
import { YatFactorController } from './yat-factor.controller.js';
import { YatTokenController } from './yat-token.controller.js';
import { YatUsersController } from './yat-users.controller.js';

/** Flow `token-refresh`: access tokens, and refresh tokens that renew them for months. Spoken by yat clients. */
@Module({
  imports: [SignInModule, TokensModule],
  controllers: [
    YatTokenController,
    YatAccountController,
    YatUsersController,
    YatBackupController,
    YatFactorController,
  ],
  providers: [
    AccountService,
    BackupRemovalService,
    FactorCodeService,
    FactorConfirmService,
    FactorRemovalService,
    FactorSettings,
    FactorSetups,
    Freshness,
    PasswordTokenService,
    RefreshService,
    RegistrationService,
    SecondFactorService,
    SmsSetupService,
    TokenService,
    TotpSetupService,
  ],
})
export class TokenRefreshModule {}
