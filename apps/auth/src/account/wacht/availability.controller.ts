import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiQuery } from '@nestjs/swagger';
import { Limits } from '@app/throttle';
import { wachtLimits } from '../../limits/wacht.limits.js';
import { FORMS, WachtApi, WachtErrors } from '../../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../../protocols/wacht/wacht-parameters.js';
import type { Browser, BrowserAnswer } from '../../session/browser.js';
import { toIdentifier } from '../../session/identifiers.js';
import { CurrentBrowser, InBrowser } from '../../session/in-browser.decorator.js';
import { WachtAvailabilityResponse } from '../../session/session-answers.dto.js';
import { WachtAvailabilityRequest } from '../../session/session.dto.js';
import { SignUpService } from '../../session/sign-up.service.js';

@Controller('auth')
@WachtApi()
@Limits(...wachtLimits)
export class AvailabilityController {
  constructor(private readonly signUps: SignUpService) {}

  /** Whether an e-mail address or user name is free */
  @Post('identifier-availability')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtAvailabilityRequest })
  @ApiOkResponse({ type: WachtAvailabilityResponse })
  @WachtErrors('invalid_parameters', 'identifier_missing', 'email_invalid')
  async availability(
    @CurrentBrowser() { view }: Browser,
    @WachtParameters() request: WachtAvailabilityRequest,
  ): Promise<BrowserAnswer> {
    const identifier = toIdentifier(request);
    const available = await this.signUps.isAvailable(identifier);
    return { view, data: { available, identifier_type: identifier.kind, identifier: identifier.value } };
  }

  /** The same, as newer clients spell it: by the query */
  @Get('identifier-availability')
  @InBrowser()
  @ApiQuery({ name: 'email', required: false, example: 'ada@example.com' })
  @ApiQuery({ name: 'username', required: false, example: 'ada.l' })
  @ApiOkResponse({ type: WachtAvailabilityResponse })
  @WachtErrors('invalid_parameters', 'identifier_missing', 'email_invalid')
  availabilityByQuery(
    @CurrentBrowser() browser: Browser,
    @WachtParameters() request: WachtAvailabilityRequest,
  ): Promise<BrowserAnswer> {
    return this.availability(browser, request);
  }
}
