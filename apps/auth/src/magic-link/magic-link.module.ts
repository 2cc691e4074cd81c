import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { AttemptsModule } from '@app/attempts';
import { DeliveryModule } from '@app/delivery';
import { SessionsModule } from '@app/sessions';
import { TokensModule } from '@app/tokens';
import { LandingPresenter } from './landing.presenter.js';
import { LandingService } from './landing.service.js';
import { LinkConfirmService } from './link-confirm.service.js';
import { LinkExchangeService } from './link-exchange.service.js';
import { LinkRequestService } from './link-request.service.js';
import { LinkViewService } from './link-view.service.js';
import { MagicLinkPageController } from './magic-link-page.controller.js';
import { MailboxProof } from './mailbox-proof.js';
import { Recipients } from './recipients.js';
import { YatMagicLinkController } from './yat-magic-link.controller.js';

/** Flow `magic-link`: a link and a code by mail. Asked for by yat clients; its page also serves the links of wacht. */
@Module({
  imports: [AccountsModule, AttemptsModule, DeliveryModule, SessionsModule, TokensModule],
  controllers: [YatMagicLinkController, MagicLinkPageController],
  providers: [
    LandingPresenter,
    LandingService,
    LinkConfirmService,
    LinkExchangeService,
    LinkRequestService,
    LinkViewService,
    MailboxProof,
    Recipients,
  ],
})
export class MagicLinkModule {}
