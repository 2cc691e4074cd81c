import { Controller, Get, Post, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { BrowserSpeech, SameSiteGuard, sendPage, type Speech } from '@app/pages';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { yatLimits } from '../../limits/yat.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { LinkToken, Visits } from './landing-token.js';
import { LandingPresenter } from './landing.presenter.js';
import { LandingService, type Visitor } from './landing.service.js';

/** The pages behind the links of a mail: opening one changes nothing, its button does. */
@Controller('magic-link')
@ApiExcludeController()
@UseGuards(SameSiteGuard)
@Limits(...yatLimits)
export class MagicLinkPageController {
  constructor(
    private readonly landing: LandingService,
    private readonly presenter: LandingPresenter,
  ) {}

  @Get()
  async ask(
    @Caller() call: RequestContext,
    @LinkToken() token: string | undefined,
    @Visits() visitor: Visitor,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    const link = await this.landing.find(call, token);
    sendPage(response, await this.presenter.ask(link, token ?? '', visitor, speech));
  }

  @Post()
  async confirm(
    @Caller() call: RequestContext,
    @LinkToken() token: string | undefined,
    @Visits() visitor: Visitor,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    const confirmation = await this.landing.confirm(call, token, visitor);
    sendPage(response, await this.presenter.confirmed(confirmation, token ?? '', visitor, speech));
  }

  @Get('not-me')
  async askDismissal(
    @Caller() call: RequestContext,
    @LinkToken() token: string | undefined,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    const link = await this.landing.find(call, token);
    sendPage(response, await this.presenter.askDismissal(link, token ?? '', speech));
  }

  @Post('not-me')
  async dismiss(
    @Caller() call: RequestContext,
    @LinkToken() token: string | undefined,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    sendPage(response, this.presenter.dismissed(await this.landing.dismiss(call, token), speech));
  }
}
