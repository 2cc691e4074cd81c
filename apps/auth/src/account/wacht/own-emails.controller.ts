import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import type { WantedContact } from '@app/accounts';
import { identifyAs, type RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { wachtLimits } from '../../limits/wacht.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { FORMS, WachtApi, WachtErrors } from '../../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../../protocols/wacht/wacht-parameters.js';
import type { Browser, BrowserAnswer } from '../../session/browser.js';
import { ActiveSignIn, CurrentBrowser, InBrowser } from '../../session/in-browser.decorator.js';
import { WachtAddEmailRequest, WachtEmailAddressResponse, WachtEmailAddressesResponse } from './me.dto.js';
import { presentEmails, presentWaitingEmail } from './me.presenter.js';
import { OwnContactController } from './own-contact.controller.js';
import { OwnContactsService } from './own-contacts.service.js';

@Controller('me/email-addresses')
@WachtApi()
@Limits(...wachtLimits)
export class OwnEmailsController extends OwnContactController {
  protected readonly channel = 'email';

  constructor(protected readonly contacts: OwnContactsService) {
    super();
  }

  /** The e-mail address of the account, and the one that waits for its proof */
  @Get()
  @InBrowser()
  @ApiOkResponse({ type: WachtEmailAddressesResponse })
  @WachtErrors('session_not_found')
  async list(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
  ): Promise<BrowserAnswer> {
    return { view, data: presentEmails(await this.contacts.list(call, signIn)) };
  }

  /**
   * Add an e-mail address
   *
   * It waits for its proof, in the place of one that waited before. Needs a sign-in of the last 15 minutes, and where there is a second factor
   * that in them.
   */
  @Post()
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtAddEmailRequest })
  @ApiOkResponse({ type: WachtEmailAddressResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale', 'not_permitted', 'email_taken')
  async add(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
    @WachtParameters() request: WachtAddEmailRequest,
  ): Promise<BrowserAnswer> {
    const wanted: WantedContact = {
      channel: this.channel,
      address: identifyAs('email', request.email).value,
    };
    return { view, data: presentWaitingEmail(await this.contacts.add(call, signIn, wanted)) };
  }
}
