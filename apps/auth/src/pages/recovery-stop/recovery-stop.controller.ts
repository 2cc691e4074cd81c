import { Controller, Get, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { BrowserSpeech, SameSiteGuard, sendPage, type Speech } from '@app/pages';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { Caller } from '../../protocols/caller.decorator.js';
import { DfnsApi } from '../../protocols/dfns/dfns-api.decorator.js';
import { dfnsLimits } from '../../limits/dfns.limits.js';
import { RecoveryDelayService } from '../../recovery/recovery-delay.service.js';
import { stopPage } from './stop-page.js';

/** Where the mail about a waiting recovery leads: for people. */
@Controller('auth/recover/stop')
@DfnsApi()
@UseGuards(SameSiteGuard)
@Limits(...dfnsLimits)
@ApiExcludeController()
export class RecoveryStopController {
  constructor(private readonly delays: RecoveryDelayService) {}

  /** Asks first: scanners of mail open links, and must not decide about anything. */
  @Get()
  page(@BrowserSpeech() speech: Speech, @Res() response: Response): void {
    sendPage(response, stopPage('asked', speech));
  }

  @Post()
  async stop(
    @Caller() call: RequestContext,
    @Query('token') token: unknown,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    const stopped = typeof token === 'string' && (await this.delays.stop(call, token));
    sendPage(response, stopPage(stopped ? 'stopped' : 'nothing', speech));
  }
}
