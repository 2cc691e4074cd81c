import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { AttemptsController } from './attempts.controller.js';
import { BrowserService } from './browser.service.js';
import { DeploymentController } from './deployment.controller.js';
import { ForgotPasswordService } from './forgot-password.service.js';
import { GuessService } from './guess.service.js';
import { LinkService } from './link.service.js';
import { PasswordsController } from './passwords.controller.js';
import { PrepareService } from './prepare.service.js';
import { ResetPageController } from './reset-page.controller.js';
import { ResetPageService } from './reset-page.service.js';
import { ResetPasswordService } from './reset-password.service.js';
import { SendParts } from './send-parts.js';
import { SessionController } from './session.controller.js';
import { SessionTokenService } from './session-token.service.js';
import { SignInService } from './sign-in.service.js';
import { SignUpService } from './sign-up.service.js';
import { VerifyService } from './verify.service.js';

/** Flow `session`: sign-up and sign-in attempts in a browser session. Spoken by wacht clients. */
@Module({
  imports: [SignInModule, TokensModule],
  controllers: [
    AttemptsController,
    PasswordsController,
    SessionController,
    DeploymentController,
    ResetPageController,
  ],
  providers: [
    BrowserService,
    SignInService,
    SignUpService,
    PrepareService,
    SendParts,
    VerifyService,
    GuessService,
    ForgotPasswordService,
    ResetPasswordService,
    ResetPageService,
    LinkService,
    SessionTokenService,
  ],
})
export class SessionModule {}
