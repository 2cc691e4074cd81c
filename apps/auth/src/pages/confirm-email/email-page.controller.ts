import { Controller, Get, Post, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { BrowserSpeech, SameSiteGuard, sendPage, type Speech } from '@app/pages';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { yatLimits } from '../../limits/yat.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { LinkToken } from '../magic-link/landing-token.js';
import { EmailPagePresenter } from './email-page.presenter.js';
import { EmailPageService } from './email-page.service.js';

/** Where the mail to a new address leads: opening it changes nothing, its button gives the account the address. */
@Controller('confirm-email')
@ApiExcludeController()
@UseGuards(SameSiteGuard)
@Limits(...yatLimits)
export class EmailPageController {
  constructor(
    private readonly pages: EmailPageService,
    private readonly presenter: EmailPagePresenter,
  ) {}

  @Get()
  async ask(
    @Caller() call: RequestContext,
    @LinkToken() token: string | undefined,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    sendPage(response, this.presenter.present(await this.pages.ask(call, token), speech));
  }

  @Post()
  async confirm(
    @Caller() call: RequestContext,
    @LinkToken() token: string | undefined,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    sendPage(response, this.presenter.present(await this.pages.confirm(call, token), speech));
  }
}
