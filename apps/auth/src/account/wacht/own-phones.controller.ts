import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { wachtLimits } from '../../limits/wacht.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { FORMS, WachtApi, WachtErrors } from '../../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../../protocols/wacht/wacht-parameters.js';
import type { Browser, BrowserAnswer } from '../../session/browser.js';
import { ActiveSignIn, CurrentBrowser, InBrowser } from '../../session/in-browser.decorator.js';
import { toPhone } from './identifiers.js';
import { WachtAddPhoneRequest, WachtPhoneNumberResponse, WachtPhoneNumbersResponse } from './me.dto.js';
import { presentPhones, presentWaitingPhone } from './me.presenter.js';
import { OwnContactController } from './own-contact.controller.js';
import { OwnContactsService } from './own-contacts.service.js';

@Controller('me/phone-numbers')
@WachtApi()
@Limits(...wachtLimits)
export class OwnPhonesController extends OwnContactController {
  protected readonly channel = 'sms';

  constructor(protected readonly contacts: OwnContactsService) {
    super();
  }

  /** The phone of the account, and the one that waits for its proof */
  @Get()
  @InBrowser()
  @ApiOkResponse({ type: WachtPhoneNumbersResponse })
  @WachtErrors('session_not_found')
  async list(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
  ): Promise<BrowserAnswer> {
    return { view, data: presentPhones(await this.contacts.list(call, signIn)) };
  }

  /**
   * Add a phone
   *
   * It waits for its proof, in the place of one that waited before. Needs a sign-in of the last 15 minutes, and where there is a second factor
   * that in them.
   */
  @Post()
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtAddPhoneRequest })
  @ApiOkResponse({ type: WachtPhoneNumberResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale', 'not_permitted', 'phone_taken')
  async add(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
    @WachtParameters() request: WachtAddPhoneRequest,
  ): Promise<BrowserAnswer> {
    const wanted = toPhone(request);
    return { view, data: presentWaitingPhone(await this.contacts.add(call, signIn, wanted)) };
  }
}
