import { Module } from '@nestjs/common';
import { IdentityProvidersModule } from '@app/identity-providers';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { AttemptsController } from './attempts.controller.js';
import { BrowserService } from './browser.service.js';
import { GuessService } from './guess.service.js';
import { LinkController } from './link.controller.js';
import { LinkService } from './link.service.js';
import { PasskeySignInController } from './passkey-sign-in.controller.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';
import { PrepareService } from './prepare.service.js';
import { SendParts } from './send-parts.js';
import { SessionController } from './session.controller.js';
import { SessionTokenService } from './session-token.service.js';
import { BrowserSignInService } from './sign-in.service.js';
import { SsoBeginService } from './sso-begin.service.js';
import { SsoReturnService } from './sso-return.service.js';
import { SsoStates } from './sso-state.js';
import { SsoController } from './sso.controller.js';
import { SignUpService } from './sign-up.service.js';
import { VerifyService } from './verify.service.js';

/** What other rooms use of a browser session. */
const shared = [BrowserService, SignUpService];

/** Flow `session`: sign-up and sign-in attempts in a browser session. Spoken by wacht clients. */
@Module({
  imports: [SignInModule, TokensModule, IdentityProvidersModule],
  controllers: [
    AttemptsController,
    LinkController,
    SessionController,
    PasskeySignInController,
    SsoController,
  ],
  providers: [
    ...shared,
    BrowserSignInService,
    PasskeySignInService,
    PrepareService,
    SendParts,
    SsoBeginService,
    SsoReturnService,
    SsoStates,
    VerifyService,
    GuessService,
    LinkService,
    SessionTokenService,
  ],
  exports: shared,
})
export class SessionModule {}
