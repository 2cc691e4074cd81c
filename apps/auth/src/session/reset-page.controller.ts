import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Call } from '@app/kernel';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { Caller } from '../protocols/caller.decorator.js';
import { RESET_PAGE_HEADERS } from './reset-page.js';
import { ResetPageService, type Page } from './reset-page.service.js';
import { wachtLimits } from './wacht.limits.js';

@Controller('reset-password')
@Limits(...wachtLimits)
@ApiExcludeController()
export class ResetPageController {
  constructor(private readonly pages: ResetPageService) {}

  @Get()
  ask(@Query('token') token: unknown, @Res() response: Response): void {
    answer(response, this.pages.ask(token));
  }

  @Post()
  async change(
    @Caller() call: Call,
    @Body() body: Record<string, unknown> | undefined,
    @Res() response: Response,
  ): Promise<void> {
    answer(response, await this.pages.change(call, body?.token, body?.password));
  }
}

function answer(response: Response, { status, html }: Page): void {
  response.status(status).set(RESET_PAGE_HEADERS).send(html);
}
