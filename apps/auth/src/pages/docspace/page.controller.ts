import { Controller, Get, Post, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { BrowserSpeech, SameSiteGuard, type Speech } from '@app/pages';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { Caller } from '../../protocols/caller.decorator.js';
import { inDocspace, PageFields, PageKey } from './page-request.js';
import { DocspacePagePresenter } from './page.presenter.js';
import { DocspacePageService, type PageInput } from './page.service.js';
import { docspaceLimits } from '../../limits/docspace.limits.js';

/** The pages behind `confirmUrl`. Opening one changes nothing; whoever has the key may try a code, as by the API. */
@Controller('confirm/:type')
@ApiExcludeController()
@UseGuards(SameSiteGuard)
@Limits(...docspaceLimits)
export class DocspacePageController {
  constructor(
    private readonly pages: DocspacePageService,
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
    @PageFields() fields: PageInput,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    this.presenter.answer(await this.pages.take(inDocspace(call), key, fields), speech, response);
  }
}
