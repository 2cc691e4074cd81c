import { Controller, Get, Header, HttpCode, Post, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Call } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../protocols/caller.decorator.js';
import { DfnsApi } from '../protocols/dfns/dfns-api.decorator.js';
import { dfnsLimits } from './dfns.limits.js';
import { RecoveryDelayService } from './recovery-delay.service.js';
import { stopPage } from './stop-page.js';

const HTML = 'text/html; charset=utf-8';

/** Where the mail about a waiting recovery leads: for people. */
@Controller('auth/recover/stop')
@DfnsApi()
@Limits(...dfnsLimits)
@ApiExcludeController()
export class RecoveryStopController {
  constructor(private readonly delays: RecoveryDelayService) {}

  /** Asks first: scanners of mail open links, and must not decide about anything. */
  @Get()
  @Header('Content-Type', HTML)
  @Header('Cache-Control', 'no-store')
  @Header('Referrer-Policy', 'no-referrer')
  page(): string {
    return stopPage('asked');
  }

  @Post()
  @HttpCode(200)
  @Header('Content-Type', HTML)
  @Header('Cache-Control', 'no-store')
  @Header('Referrer-Policy', 'no-referrer')
  async stop(@Caller() call: Call, @Query('token') token: unknown): Promise<string> {
    const stopped = typeof token === 'string' && (await this.delays.stop(call, token));
    return stopPage(stopped ? 'stopped' : 'nothing');
  }
}
