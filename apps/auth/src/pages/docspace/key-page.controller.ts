import { Controller, Get, Post, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { BrowserSpeech, SameSiteGuard, type Speech } from '@app/pages';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { Caller } from '../../protocols/caller.decorator.js';
import { DocspaceKeyPageService } from './key-page.service.js';
import { inDocspace, PageKey } from './page-request.js';
import { DocspacePagePresenter } from './page.presenter.js';
import { docspaceLimits } from '../../limits/docspace.limits.js';

/** The page behind the link of a mailed key. Opening it changes nothing; its button signs in. */
@Controller('confirm/Auth')
@ApiExcludeController()
@UseGuards(SameSiteGuard)
@Limits(...docspaceLimits)
export class DocspaceKeyPageController {
  constructor(
    private readonly pages: DocspaceKeyPageService,
    private readonly presenter: DocspacePagePresenter,
  ) {}

  @Get()
  async ask(
    @Caller() call: RequestContext,
    @PageKey() key: string,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    this.presenter.answer(await this.pages.ask(inDocspace(call), key), speech, response);
  }

  @Post()
  async take(
    @Caller() call: RequestContext,
    @PageKey() key: string,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    this.presenter.answer(await this.pages.take(inDocspace(call), key), speech, response);
  }
}
