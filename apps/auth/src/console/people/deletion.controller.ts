import { Body, Controller, Get, Param, Post, Res } from '@nestjs/common';
import { AccountDeletion } from '@app/administration';
import type { RequestContext } from '@app/kernel';
import type { Response } from 'express';
import { ConsoleRoom, ForOperators } from '../shell/console-room.decorator.js';
import { ConsoleShell } from '../shell/console-shell.presenter.js';
import { fieldOf, type Fields } from '../shell/fields.js';
import type { Visit } from '../shell/visit.js';
import { OnVisit, OperatorCall } from '../shell/visit.decorator.js';
import { nameOf } from './account-words.js';
import { deletionPage } from './deletion.page.js';
import { PeopleService } from './people.service.js';

/** Deletes an account with a second look, and takes that back while there is time. */
@Controller('console/accounts/:id')
@ConsoleRoom()
@ForOperators('admin')
export class DeletionController {
  constructor(
    private readonly people: PeopleService,
    private readonly deletion: AccountDeletion,
    private readonly shell: ConsoleShell,
  ) {}

  @Get('delete')
  async ask(@Param('id') id: string, @OnVisit() visit: Visit, @Res() response: Response): Promise<void> {
    this.shell.show(response, visit, deletionPage(visit, await this.people.find(id)));
  }

  @Post('delete')
  async delete(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @Body() body: Fields,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    const account = await this.people.find(id);
    if (fieldOf(body, 'name').trim().toLowerCase() !== nameOf(account).toLowerCase())
      return this.shell.show(response, visit, deletionPage(visit, account, true));
    const asked = await this.deletion.ask(call, account.id);
    const isGone = asked !== undefined && asked.dueAt <= call.now;
    if (isGone) this.shell.go(response, visit, '/accounts', 'deleted');
    else this.shell.go(response, visit, `/accounts/${account.id}`, 'deleting');
  }

  @Post('restore')
  async restore(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    const { id: accountId } = await this.people.find(id);
    await this.deletion.restore(call, accountId);
    this.shell.go(response, visit, `/accounts/${accountId}`, 'restored');
  }
}
