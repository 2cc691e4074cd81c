import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { PASSWORD_LENGTH } from '@app/accounts';
import { Config } from '@app/config';
import { AuthError, normaliseCode, type RequestContext } from '@app/kernel';
import { OperatorSetUpService, type ChangedOperator, type OpenedSession } from '@app/operators';
import type { Response } from 'express';
import { Caller } from '../../protocols/caller.decorator.js';
import { setOperatorToken } from '../../protocols/console/operator-cookie.js';
import { ConsoleRoom } from '../shell/console-room.decorator.js';
import { ConsoleShell } from '../shell/console-shell.presenter.js';
import { fieldOf, type Fields } from '../shell/fields.js';
import type { Visit } from '../shell/visit.js';
import { OnVisit } from '../shell/visit.decorator.js';
import { deadPage, invitationPage, type Refusal } from './invitation.page.js';

/** Where the link of `operator invite` leads: opening it changes nothing, its form does. */
@Controller('console/invitation')
@ConsoleRoom()
export class InvitationController {
  constructor(
    private readonly setUp: OperatorSetUpService,
    private readonly shell: ConsoleShell,
    private readonly config: Config,
  ) {}

  @Get()
  async ask(
    @Caller() call: RequestContext,
    @Query() query: Fields,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    const token = fieldOf(query, 'token');
    this.shell.show(response, visit, this.page(visit, token, await this.setUp.find(call, token)));
  }

  @Post()
  async answer(
    @Caller() call: RequestContext,
    @Body() body: Fields,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    const token = fieldOf(body, 'token');
    const invited = await this.setUp.find(call, token);
    const outcome = await this.take(call, token, invited, body);
    if (outcome && 'token' in outcome) {
      setOperatorToken(response, outcome.token, this.config);
      return this.shell.go(response, visit, '');
    }
    this.shell.show(response, visit, this.page(visit, token, invited, fieldOf(body, 'sealed'), outcome));
  }

  /** Undefined: the link is good for nothing any more. */
  private async take(
    call: RequestContext,
    token: string,
    invited: ChangedOperator | undefined,
    body: Fields,
  ): Promise<OpenedSession | Refusal | undefined> {
    const [sealed, password] = [fieldOf(body, 'sealed'), fieldOf(body, 'password')];
    if (!invited || !this.setUp.offer(invited, sealed)) return undefined;
    if (password.length < PASSWORD_LENGTH.min || password.length > PASSWORD_LENGTH.max)
      return { problem: 'length' };
    const code = normaliseCode(fieldOf(body, 'code'));
    try {
      const opened = await this.setUp.answer(call, token, invited, { sealed, password, code });
      return opened ?? { problem: 'code' };
    } catch (error) {
      return refusalOf(error);
    }
  }

  private page(
    visit: Visit,
    token: string,
    invited: ChangedOperator | undefined,
    sealed?: string,
    refused?: Refusal,
  ) {
    if (!invited || (sealed !== undefined && !refused)) return deadPage(visit);
    const offered = this.setUp.offer(invited, sealed);
    return offered ? invitationPage(visit, token, invited, offered, refused) : deadPage(visit);
  }
}

function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof AuthError)) throw error;
  if (error.code === 'link_expired') return undefined;
  if (error.code !== 'password_weak') throw error;
  return { problem: 'weak', reason: error.details.parameters?.[0]?.error ?? '' };
}
