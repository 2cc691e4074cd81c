import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { CodeModule } from '../code/code.module.js';
import { SessionModule } from '../session/session.module.js';
import { BackupRenewalService } from './backup-renewal.service.js';
import { DocspaceAuthenticatorService } from './docspace/authenticator.service.js';
import { DocspaceStepKey } from './docspace/step-key.service.js';
import { DocspaceTfaHolder } from './docspace/tfa-holder.js';
import { DocspaceTfaController } from './docspace/tfa.controller.js';
import { WachtAuthenticatorController } from './wacht/authenticator.controller.js';
import { OwnAuthenticatorService } from './wacht/own-authenticator.service.js';
import { BackupRemovalService } from './yat/backup-removal.service.js';
import { FactorCodeService } from './yat/factor-code.service.js';
import { FactorConfirmService } from './yat/factor-confirm.service.js';
import { FactorRemovalService } from './yat/factor-removal.service.js';
import { FactorSettings } from './yat/factor-settings.js';
import { FactorSetups } from './yat/factor-setup.js';
import { SmsSetupService } from './yat/sms-setup.service.js';
import { TotpSetupService } from './yat/totp-setup.service.js';
import { YatBackupController } from './yat/yat-backup.controller.js';
import { YatFactorController } from './yat/yat-factor.controller.js';

const docspace = [DocspaceAuthenticatorService, DocspaceStepKey, DocspaceTfaHolder];
const yat = [
  BackupRemovalService,
  FactorCodeService,
  FactorConfirmService,
  FactorRemovalService,
  FactorSettings,
  FactorSetups,
  SmsSetupService,
  TotpSetupService,
];

/** How the holder of a session sets a second factor up, changes it and takes it away. */
@Module({
  imports: [SignInModule, TokensModule, CodeModule, SessionModule],
  controllers: [
    YatBackupController,
    YatFactorController,
    DocspaceTfaController,
    WachtAuthenticatorController,
  ],
  providers: [...docspace, ...yat, BackupRenewalService, OwnAuthenticatorService],
})
export class SecondFactorsModule {}
