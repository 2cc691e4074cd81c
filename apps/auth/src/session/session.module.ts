import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { AttemptsController } from './attempts.controller.js';
import { BrowserService } from './browser.service.js';
import { GuessService } from './guess.service.js';
import { LinkController } from './link.controller.js';
import { LinkService } from './link.service.js';
import { PrepareService } from './prepare.service.js';
import { SendParts } from './send-parts.js';
import { SessionController } from './session.controller.js';
import { SessionTokenService } from './session-token.service.js';
import { BrowserSignInService } from './sign-in.service.js';
import { SignUpService } from './sign-up.service.js';
import { VerifyService } from './verify.service.js';

/** What other rooms use of a browser session. */
const shared = [BrowserService, SignUpService];

/** Flow `session`: sign-up and sign-in attempts in a browser session. Spoken by wacht clients. */
@Module({
  imports: [SignInModule, TokensModule],
  controllers: [AttemptsController, LinkController, SessionController],
  providers: [
    ...shared,
    BrowserSignInService,
    PrepareService,
    SendParts,
    VerifyService,
    GuessService,
    LinkService,
    SessionTokenService,
  ],
  exports: shared,
})
export class SessionModule {}
