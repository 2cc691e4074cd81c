import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { CaptchaModule } from '@app/captcha';
import { IdentityProvidersModule } from '@app/identity-providers';
import { CodeService } from './navixy/code.service.js';
import { DocspaceAuthenticationController } from './docspace/authentication.controller.js';
import { DocspaceAuthenticatorService } from './docspace/tfa/authenticator.service.js';
import { DocspaceChallenge } from './docspace/second-factor/challenge.js';
import { DocspaceCodeService } from './docspace/code.service.js';
import { DocspaceConfirmController } from './docspace/steps/confirm.controller.js';
import { DocspaceCookies } from '../protocols/docspace/docspace-cookies.js';
import { DocspaceDecision } from './docspace/second-factor/decision.js';
import { DocspaceFirstFactor } from './docspace/first-factor/first-factor.service.js';
import { DocspaceIdentity } from './docspace/first-factor/identity.js';
import { DocspaceKeyCheck } from './docspace/steps/key-check.service.js';
import { DocspaceKeyPageController } from './docspace/pages/key-page.controller.js';
import { DocspaceKeyPageService } from './docspace/pages/key-page.service.js';
import { DocspaceMailedKey } from './docspace/first-factor/mailed-key.js';
import { DocspacePageController } from './docspace/pages/page.controller.js';
import { DocspacePagePresenter } from './docspace/pages/page.presenter.js';
import { DocspacePageService } from './docspace/pages/page.service.js';
import { DocspaceSettingsController } from './docspace/settings.controller.js';
import { DocspaceSignInService } from './docspace/sign-in.service.js';
import { DocspaceStepKey } from './docspace/tfa/step-key.service.js';
import { DocspaceStepView } from './docspace/steps/step-view.service.js';
import { DocspaceStepPresenter } from './docspace/authentication.presenter.js';
import { DocspaceStepService } from './docspace/steps/step.service.js';
import { DocspaceStepsController } from './docspace/steps/steps.controller.js';
import { DocspaceTextService } from './docspace/second-factor/text.service.js';
import { DocspaceTfaController } from './docspace/tfa/tfa.controller.js';
import { DocspaceTfaHolder } from './docspace/tfa/tfa-holder.js';
import { NavixyCodeController } from './navixy/code.controller.js';
import { NavixySessionController } from './navixy/session.controller.js';
import { ResendService } from './navixy/resend.service.js';
import { SessionLifeService } from './session-life.service.js';
import { SignInService } from './navixy/sign-in.service.js';

/** Flow `code`: a password, then a code. Spoken by navixy and docspace clients. */
@Module({
  imports: [SignInModule, CaptchaModule, IdentityProvidersModule],
  controllers: [
    NavixyCodeController,
    NavixySessionController,
    DocspaceConfirmController,
    DocspaceStepsController,
    DocspaceAuthenticationController,
    DocspaceSettingsController,
    DocspaceTfaController,
    DocspaceKeyPageController,
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
    DocspaceMailedKey,
    DocspaceIdentity,
    DocspaceKeyCheck,
    DocspaceKeyPageService,
    DocspaceChallenge,
    DocspaceDecision,
    DocspaceStepService,
    DocspaceStepPresenter,
    DocspaceCookies,
    DocspaceTextService,
    DocspaceAuthenticatorService,
    DocspaceTfaHolder,
    DocspaceStepKey,
    DocspaceStepView,
    DocspacePageService,
    DocspacePagePresenter,
  ],
})
export class CodeModule {}
