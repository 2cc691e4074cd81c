import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { AttemptsModule } from '@app/attempts';
import { DeliveryModule } from '@app/delivery';
import { SessionsModule } from '@app/sessions';
import { CodeService } from './code.service.js';
import { DocspaceAuthenticationController } from './docspace-authentication.controller.js';
import { DocspaceChallenge } from './docspace-challenge.js';
import { DocspaceCodeService } from './docspace-code.service.js';
import { DocspaceConnections } from './docspace-connections.js';
import { DocspaceFactorCheck } from './docspace-factor-check.js';
import { DocspaceFirstFactor } from './docspace-first-factor.service.js';
import { DocspaceSettingsController } from './docspace-settings.controller.js';
import { DocspaceSignInService } from './docspace-sign-in.service.js';
import { NavixyCodeController } from './navixy-code.controller.js';
import { NavixySessionController } from './navixy-session.controller.js';
import { ResendService } from './resend.service.js';
import { SessionLifeService } from './session-life.service.js';
import { SignInService } from './sign-in.service.js';

/** Flow `code`: a password, then a code. Spoken by navixy and docspace clients. */
@Module({
  imports: [AccountsModule, AttemptsModule, DeliveryModule, SessionsModule],
  controllers: [
    NavixyCodeController,
    NavixySessionController,
    DocspaceAuthenticationController,
    DocspaceSettingsController,
  ],
  providers: [
    SignInService,
    CodeService,
    ResendService,
    SessionLifeService,
    DocspaceSignInService,
    DocspaceCodeService,
    DocspaceFirstFactor,
    DocspaceFactorCheck,
    DocspaceChallenge,
    DocspaceConnections,
  ],
})
export class CodeModule {}
