import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { SessionModule } from '../session/session.module.js';
import { CredentialCodes } from './credential-codes.service.js';
import { DfnsActionsController } from './dfns-actions.controller.js';
import { DfnsCredentialCodesController } from './dfns-credential-codes.controller.js';
import { DfnsCredentialsController } from './dfns-credentials.controller.js';
import { DfnsLoginController } from './dfns-login.controller.js';
import { DfnsNewCredentialController } from './dfns-new-credential.controller.js';
import { DfnsRegistrationController } from './dfns-registration.controller.js';
import { LoginInitService } from './login-init.service.js';
import { LoginSessions } from './login-sessions.service.js';
import { LoginTokens } from './login-tokens.js';
import { LoginService } from './login.service.js';
import { NewCredentialsService } from './new-credentials.service.js';
import { OneMoreKey } from './one-more-key.service.js';
import { OwnKeysService } from './own-keys.service.js';
import { OwnPasskeysService } from './wacht/own-passkeys.service.js';
import { WachtPasskeysController } from './wacht/passkeys.controller.js';
import { PasskeysPresenter } from './wacht/passkeys.presenter.js';
import { SessionChallenges } from './session-challenges.service.js';
import { UserActionsService } from './user-actions.service.js';
import { RegistrationService } from './registration.service.js';

/** Passkeys and other keys: the first ones of an account, and signing in with them. */
@Module({
  imports: [SignInModule, TokensModule, RecoveryModule, SessionModule],
  controllers: [
    DfnsActionsController,
    DfnsCredentialCodesController,
    DfnsCredentialsController,
    DfnsLoginController,
    DfnsNewCredentialController,
    DfnsRegistrationController,
    WachtPasskeysController,
  ],
  providers: [
    LoginInitService,
    LoginTokens,
    LoginService,
    RegistrationService,
    OwnKeysService,
    LoginSessions,
    SessionChallenges,
    OneMoreKey,
    UserActionsService,
    CredentialCodes,
    NewCredentialsService,
    OwnPasskeysService,
    PasskeysPresenter,
  ],
})
export class PasskeysModule {}
