import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { AdministrationModule, DeletionModule } from '@app/administration';
import { OperatorsModule } from '@app/operators';
import { InvitationController } from './invitation/invitation.controller.js';
import { OperatorsController } from './operators/operators.controller.js';
import { OverviewController } from './overview/overview.controller.js';
import { DeletionController } from './people/deletion.controller.js';
import { DeedsController } from './people/deeds.controller.js';
import { PeopleController } from './people/people.controller.js';
import { PeopleService } from './people/people.service.js';
import { ConsoleAssetsController } from './shell/assets.controller.js';
import { ConsoleAssets } from './shell/console-assets.js';
import { ConsoleErrorFilter } from './shell/console-error.filter.js';
import { ConsoleShell } from './shell/console-shell.presenter.js';
import { NetworksMiddleware } from './shell/networks.middleware.js';
import { VisitPipe } from './shell/visit.decorator.js';
import { SignInController } from './sign-in/sign-in.controller.js';

const controllers = [
  ...[ConsoleAssetsController, SignInController, InvitationController],
  ...[OverviewController, PeopleController, DeedsController, DeletionController, OperatorsController],
];

/** The console of the support desk, behind accounts of its own. */
@Module({
  imports: [AdministrationModule, DeletionModule, OperatorsModule],
  controllers,
  providers: [ConsoleAssets, ConsoleErrorFilter, ConsoleShell, PeopleService, VisitPipe],
})
export class ConsoleModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(NetworksMiddleware).forRoutes(...controllers);
  }
}
