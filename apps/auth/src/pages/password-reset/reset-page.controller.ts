import { Body, Controller, Get, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { BrowserSpeech, SameSiteGuard, sendPage, type Speech } from '@app/pages';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { Caller } from '../../protocols/caller.decorator.js';
import { resetPage } from './reset-page.js';
import { ResetPageService } from './reset-page.service.js';
import { wachtLimits } from '../../limits/wacht.limits.js';

@Controller('reset-password')
@UseGuards(SameSiteGuard)
@Limits(...wachtLimits)
@ApiExcludeController()
export class ResetPageController {
  constructor(private readonly pages: ResetPageService) {}

  @Get()
  ask(@Query('token') token: unknown, @BrowserSpeech() speech: Speech, @Res() response: Response): void {
    sendPage(response, resetPage(this.pages.ask(token), speech));
  }

  @Post()
  async change(
    @Caller() call: RequestContext,
    @Body() body: Record<string, unknown> | undefined,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    const outcome = await this.pages.change(call, body?.token, body?.password);
    sendPage(response, resetPage(outcome, speech));
  }
}
