import { Controller, Get, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { BrowserSpeech, SameSiteGuard, sendPage, type Speech } from '@app/pages';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { yatLimits } from '../../limits/yat.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { notMePage } from './not-me.page.js';
import { NotMeService } from './not-me.service.js';

/** Longer than any token that the service makes. */
const LONGEST_TOKEN = 100;

/** Where "this wasn't me" of every mail leads, for people: opening it changes nothing, its button does. */
@Controller('not-me')
@ApiExcludeController()
@UseGuards(SameSiteGuard)
@Limits(...yatLimits)
export class NotMeController {
  constructor(private readonly notMe: NotMeService) {}

  /** Says the same of every token: scanners of mail open links, and must neither decide nor learn anything. */
  @Get()
  ask(@BrowserSpeech() speech: Speech, @Res() response: Response): void {
    sendPage(response, notMePage('asked', speech));
  }

  @Post()
  async disown(
    @Caller() call: RequestContext,
    @Query('token') token: unknown,
    @BrowserSpeech() speech: Speech,
    @Res() response: Response,
  ): Promise<void> {
    const readable = typeof token === 'string' && token.length <= LONGEST_TOKEN;
    sendPage(response, notMePage(readable ? await this.notMe.disown(call, token) : 'unknown', speech));
  }
}
