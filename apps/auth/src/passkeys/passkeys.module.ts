import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { SessionModule } from '../session/session.module.js';
import { DfnsCredentialsController } from './dfns-credentials.controller.js';
import { DfnsLoginController } from './dfns-login.controller.js';
import { DfnsRegistrationController } from './dfns-registration.controller.js';
import { LoginInitService } from './login-init.service.js';
import { LoginTokens } from './login-tokens.js';
import { LoginService } from './login.service.js';
import { OwnKeysService } from './own-keys.service.js';
import { OwnPasskeysService } from './wacht/own-passkeys.service.js';
import { WachtPasskeysController } from './wacht/passkeys.controller.js';
import { PasskeysPresenter } from './wacht/passkeys.presenter.js';
import { RegistrationService } from './registration.service.js';

/** Passkeys and other keys: the first ones of an account, and signing in with them. */
@Module({
  imports: [SignInModule, TokensModule, RecoveryModule, SessionModule],
  controllers: [
    DfnsCredentialsController,
    DfnsLoginController,
    DfnsRegistrationController,
    WachtPasskeysController,
  ],
  providers: [
    LoginInitService,
    LoginTokens,
    LoginService,
    RegistrationService,
    OwnKeysService,
    OwnPasskeysService,
    PasskeysPresenter,
  ],
})
export class PasskeysModule {}
