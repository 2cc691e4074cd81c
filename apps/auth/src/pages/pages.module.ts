import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { DocspaceCookies } from '../protocols/docspace/docspace-cookies.js';
import { CodeModule } from '../code/code.module.js';
import { MagicLinkModule } from '../magic-link/magic-link.module.js';
import { PasswordResetModule } from '../password-reset/password-reset.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { EmailPageController } from './confirm-email/email-page.controller.js';
import { EmailPagePresenter } from './confirm-email/email-page.presenter.js';
import { EmailPageService } from './confirm-email/email-page.service.js';
import { DocspaceKeyPageController } from './docspace/key-page.controller.js';
import { DocspaceKeyPageService } from './docspace/key-page.service.js';
import { DocspacePageController } from './docspace/page.controller.js';
import { DocspacePagePresenter } from './docspace/page.presenter.js';
import { DocspacePageService } from './docspace/page.service.js';
import { LandingPresenter } from './magic-link/landing.presenter.js';
import { LandingService } from './magic-link/landing.service.js';
import { MagicLinkPageController } from './magic-link/magic-link-page.controller.js';
import { NotMeController } from './not-me/not-me.controller.js';
import { NotMeService } from './not-me/not-me.service.js';
import { ResetPageController } from './password-reset/reset-page.controller.js';
import { ResetPageService } from './password-reset/reset-page.service.js';
import { RecoveryStopController } from './recovery-stop/recovery-stop.controller.js';

/** What people see in a browser, where a link of a mail or the next step of a client leads to a page of ours. */
@Module({
  imports: [SignInModule, CodeModule, MagicLinkModule, PasswordResetModule, RecoveryModule],
  controllers: [
    // Before the page of any step: a mailed key has a page of its own.
    DocspaceKeyPageController,
    DocspacePageController,
    MagicLinkPageController,
    NotMeController,
    EmailPageController,
    ResetPageController,
    RecoveryStopController,
  ],
  providers: [
    DocspaceCookies,
    DocspaceKeyPageService,
    DocspacePagePresenter,
    DocspacePageService,
    EmailPagePresenter,
    EmailPageService,
    LandingPresenter,
    LandingService,
    NotMeService,
    ResetPageService,
  ],
})
export class PagesModule {}
