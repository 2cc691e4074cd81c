import { Module } from '@nestjs/common';
import { DeletionModule } from '@app/administration';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { SessionModule } from '../session/session.module.js';
import { OwnSessionsService } from './own-sessions.service.js';
import { DocspacePeopleController } from './docspace/people.controller.js';
import { DocspacePortalController } from './docspace/portal.controller.js';
import { DocspaceSettingsController } from './docspace/settings.controller.js';
import { AvailabilityController } from './wacht/availability.controller.js';
import { DeploymentController } from './wacht/deployment.controller.js';
import { DeleteMeController } from './wacht/delete-me.controller.js';
import { MeController } from './wacht/me.controller.js';
import { OwnAccountService } from './wacht/own-account.service.js';
import { OwnContactsService } from './wacht/own-contacts.service.js';
import { OwnEmailsController } from './wacht/own-emails.controller.js';
import { OwnPhonesController } from './wacht/own-phones.controller.js';
import { OwnSignInsController } from './wacht/own-sign-ins.controller.js';
import { AccountService } from './yat/account.service.js';
import { RegistrationService } from './yat/registration.service.js';
import { SilentRegistrationService } from './yat/silent-registration.service.js';
import { YatAccountController } from './yat/yat-account.controller.js';
import { YatSessionsController } from './yat/yat-sessions.controller.js';
import { YatUsersController } from './yat/yat-users.controller.js';

/** The account itself: what its holder learns and changes, who may have one, and what the deployment offers. */
@Module({
  imports: [SignInModule, TokensModule, SessionModule, DeletionModule],
  controllers: [
    YatAccountController,
    YatSessionsController,
    YatUsersController,
    AvailabilityController,
    DeploymentController,
    MeController,
    DeleteMeController,
    OwnEmailsController,
    OwnPhonesController,
    OwnSignInsController,
    DocspaceSettingsController,
    DocspacePortalController,
    DocspacePeopleController,
  ],
  providers: [
    AccountService,
    RegistrationService,
    SilentRegistrationService,
    OwnAccountService,
    OwnContactsService,
    OwnSessionsService,
  ],
})
export class AccountModule {}
