import { Controller, Param, Post, Res } from '@nestjs/common';
import type { AccountEntity } from '@app/accounts';
import {
  AccountsService,
  AccountStateService,
  MailedKeysService,
  SessionsService,
} from '@app/administration';
import type { RequestContext } from '@app/kernel';
import type { Response } from 'express';
import { ConsoleRoom, ForOperators } from '../shell/console-room.decorator.js';
import { ConsoleShell, type Done } from '../shell/console-shell.presenter.js';
import type { Visit } from '../shell/visit.js';
import { OnVisit, OperatorCall } from '../shell/visit.decorator.js';
import { PeopleService } from './people.service.js';

/** What is done to an account: what the command line does, and then its page again. Done twice, or by two at once, it is done. */
@Controller('console/accounts/:id')
@ConsoleRoom()
export class DeedsController {
  constructor(
    private readonly people: PeopleService,
    private readonly accounts: AccountsService,
    private readonly states: AccountStateService,
    private readonly sessions: SessionsService,
    private readonly mailedKeys: MailedKeysService,
    private readonly shell: ConsoleShell,
  ) {}

  @Post('unlock')
  @ForOperators()
  unlock(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    return this.done(response, visit, id, 'unlocked', (account) => this.states.unlock(call, account));
  }

  @Post('sessions/end')
  @ForOperators()
  endAll(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    return this.done(response, visit, id, 'ended', (account) => this.sessions.revokeAll(call, account.id));
  }

  /** One of this account: a session that is none of its live ones is left alone. */
  @Post('sessions/:session/end')
  @ForOperators()
  end(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @Param('session') session: string,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    return this.done(response, visit, id, 'ended', async (account) => {
      const live = await this.sessions.live(account, call.now);
      if (live.some((each) => each.id === session)) await this.sessions.revoke(call, session);
    });
  }

  @Post('send')
  @ForOperators()
  send(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    return this.done(response, visit, id, 'sent', (account) => this.mailedKeys.send(call, account));
  }

  @Post('disable')
  @ForOperators('admin')
  disable(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    return this.done(response, visit, id, 'disabled', (account) => this.accounts.disable(call, account));
  }

  @Post('enable')
  @ForOperators('admin')
  enable(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    return this.done(response, visit, id, 'enabled', (account) => this.accounts.enable(call, account));
  }

  private async done(
    response: Response,
    visit: Visit,
    id: string,
    done: Done,
    deed: (account: AccountEntity) => Promise<unknown>,
  ): Promise<void> {
    const account = await this.people.find(id);
    await deed(account);
    this.shell.go(response, visit, `/accounts/${account.id}`, done);
  }
}
