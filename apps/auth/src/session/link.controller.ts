import { Controller, Get, Query, Redirect } from '@nestjs/common';
import { ApiFoundResponse } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { wachtLimits } from '../limits/wacht.limits.js';
import { Caller } from '../protocols/caller.decorator.js';
import { WachtApi, WachtErrors } from '../protocols/wacht/wacht-api.decorator.js';
import { LinkService } from './link.service.js';

@Controller('auth')
@WachtApi()
@Limits(...wachtLimits)
export class LinkController {
  constructor(private readonly links: LinkService) {}

  /**
   * Open a magic link
   *
   * Leads on to the page where it is confirmed, and changes nothing: mail scanners open links too.
   */
  @Get('verify-magic-link')
  @Redirect()
  @ApiFoundResponse({ description: 'To the page.' })
  @WachtErrors('link_unknown', 'link_expired')
  async openLink(@Caller() call: RequestContext, @Query('token') token?: unknown): Promise<{ url: string }> {
    return { url: await this.links.pageOf(call, token) };
  }
}
