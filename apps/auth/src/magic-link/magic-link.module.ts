import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { LinkConfirmService } from './link-confirm.service.js';
import { LinkExchangeService } from './link-exchange.service.js';
import { LinkRequestService } from './link-request.service.js';
import { LinkViewService } from './link-view.service.js';
import { MailboxProof } from './mailbox-proof.js';
import { Recipients } from './recipients.js';
import { YatMagicLinkController } from './yat-magic-link.controller.js';

/** What the page of a link does. */
const links = [LinkConfirmService, LinkExchangeService, LinkViewService];

/** Flow `magic-link`: a link and a code by mail. Asked for by yat clients; the page of a link also serves those of wacht. */
@Module({
  imports: [SignInModule, TokensModule],
  controllers: [YatMagicLinkController],
  providers: [...links, LinkRequestService, MailboxProof, Recipients],
  exports: links,
})
export class MagicLinkModule {}
