import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { AttemptsModule } from '@app/attempts';
import { CaptchaModule } from '@app/captcha';
import { DeliveryModule } from '@app/delivery';
import { SessionsModule } from '@app/sessions';
import { CodeService } from './code.service.js';
import { DocspaceAuthenticationController } from './docspace-authentication.controller.js';
import { DocspaceAuthenticatorService } from './docspace-authenticator.service.js';
import { DocspaceChallenge } from './docspace-challenge.js';
import { DocspaceCodeService } from './docspace-code.service.js';
import { DocspaceConfirmController } from './docspace-confirm.controller.js';
import { DocspaceConnections } from './docspace-connections.js';
import { DocspaceDecision } from './docspace-decision.js';
import { DocspaceFactorCheck } from './docspace-factor-check.js';
import { DocspaceFirstFactor } from './docspace-first-factor.service.js';
import { DocspacePageController } from './docspace-page.controller.js';
import { DocspacePagePresenter } from './docspace-page.presenter.js';
import { DocspacePageService } from './docspace-page.service.js';
import { DocspaceSettingsController } from './docspace-settings.controller.js';
import { DocspaceSignInService } from './docspace-sign-in.service.js';
import { DocspaceStepView } from './docspace-step-view.service.js';
import { DocspaceStepService } from './docspace-step.service.js';
import { DocspaceStepsController } from './docspace-steps.controller.js';
import { DocspaceTextService } from './docspace-text.service.js';
import { DocspaceTfaController } from './docspace-tfa.controller.js';
import { NavixyCodeController } from './navixy-code.controller.js';
import { NavixySessionController } from './navixy-session.controller.js';
import { ResendService } from './resend.service.js';
import { SessionLifeService } from './session-life.service.js';
import { SignInService } from './sign-in.service.js';

/** Flow `code`: a password, then a code. Spoken by navixy and docspace clients. */
@Module({
  imports: [AccountsModule, AttemptsModule, CaptchaModule, DeliveryModule, SessionsModule],
  controllers: [
    NavixyCodeController,
    NavixySessionController,
    DocspaceConfirmController,
    DocspaceStepsController,
    DocspaceAuthenticationController,
    DocspaceSettingsController,
    DocspaceTfaController,
    DocspacePageController,
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
    DocspaceDecision,
    DocspaceStepService,
    DocspaceTextService,
    DocspaceAuthenticatorService,
    DocspaceStepView,
    DocspacePageService,
    DocspacePagePresenter,
  ],
})
export class CodeModule {}
