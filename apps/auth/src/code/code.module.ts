import { Module } from '@nestjs/common';
import { CaptchaModule } from '@app/captcha';
import { IdentityProvidersModule } from '@app/identity-providers';
import { SignInModule } from '@app/sign-in';
import { DocspaceCookies } from '../protocols/docspace/docspace-cookies.js';
import { DocspaceAuthenticationController } from './docspace/authentication.controller.js';
import { DocspaceStepPresenter } from './docspace/authentication.presenter.js';
import { DocspaceCodeService } from './docspace/code.service.js';
import { DocspaceFirstFactor } from './docspace/first-factor/first-factor.service.js';
import { DocspaceIdentity } from './docspace/first-factor/identity.js';
import { DocspaceMailedKey } from './docspace/first-factor/mailed-key.js';
import { DocspaceChallenge } from './docspace/second-factor/challenge.js';
import { DocspaceDecision } from './docspace/second-factor/decision.js';
import { DocspaceTextService } from './docspace/second-factor/text.service.js';
import { DocspaceSignInService } from './docspace/sign-in.service.js';
import { DocspaceConfirmController } from './docspace/steps/confirm.controller.js';
import { DocspaceKeyCheck } from './docspace/steps/key-check.service.js';
import { DocspaceStepView } from './docspace/steps/step-view.service.js';
import { DocspaceStepService } from './docspace/steps/step.service.js';
import { WaitingIdentities } from './docspace/steps/waiting-identity.js';
import { DocspaceStepsController } from './docspace/steps/steps.controller.js';
import { NavixyCodeController } from './navixy/code.controller.js';
import { NavixyCodeService } from './navixy/code.service.js';
import { NavixyResendService } from './navixy/resend.service.js';
import { NavixySessionController } from './navixy/session.controller.js';
import { NavixySignInService } from './navixy/sign-in.service.js';
import { SessionLifeService } from './session-life.service.js';

const navixy = [NavixySignInService, NavixyCodeService, NavixyResendService, SessionLifeService];
/** What other rooms use of the steps of a docspace sign-in. */
const steps = [
  DocspaceSignInService,
  DocspaceChallenge,
  DocspaceTextService,
  DocspaceKeyCheck,
  DocspaceStepService,
  DocspaceStepView,
  DocspaceStepPresenter,
];
const docspace = [
  WaitingIdentities,
  ...steps,
  DocspaceCodeService,
  DocspaceFirstFactor,
  DocspaceMailedKey,
  DocspaceIdentity,
  DocspaceDecision,
  DocspaceCookies,
];

/** Flow `code`: a password, then a code. Spoken by navixy and docspace clients. */
@Module({
  imports: [SignInModule, CaptchaModule, IdentityProvidersModule],
  controllers: [
    NavixyCodeController,
    NavixySessionController,
    DocspaceConfirmController,
    DocspaceStepsController,
    DocspaceAuthenticationController,
  ],
  providers: [...navixy, ...docspace],
  exports: steps,
})
export class CodeModule {}
