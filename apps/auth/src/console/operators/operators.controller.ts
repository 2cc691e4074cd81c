import { Body, Controller, Get, Param, Post, Res } from '@nestjs/common';
import { AuthError, storedEmail, type RequestContext } from '@app/kernel';
import { isRole, OperatorsService, type OperatorEntity } from '@app/operators';
import type { Response } from 'express';
import { ConsoleRoom, ForOperators } from '../shell/console-room.decorator.js';
import { ConsoleShell } from '../shell/console-shell.presenter.js';
import { fieldOf, type Fields } from '../shell/fields.js';
import type { Visit } from '../shell/visit.js';
import { OnVisit, OperatorCall } from '../shell/visit.decorator.js';
import { operatorsPage, type News } from './operators.page.js';

/** Who may use the console, for those who may say so. Nobody changes their own access: whoever sits at an open browser could keep it. */
@Controller('console/operators')
@ConsoleRoom()
@ForOperators('admin')
export class OperatorsController {
  constructor(
    private readonly operators: OperatorsService,
    private readonly shell: ConsoleShell,
  ) {}

  @Get()
  list(
    @OperatorCall() call: RequestContext,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    return this.show(call, visit, response);
  }

  @Post()
  async invite(
    @OperatorCall() call: RequestContext,
    @Body() body: Fields,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    const [email, role] = [storedEmail(fieldOf(body, 'email')), fieldOf(body, 'role')];
    if (email === undefined || !isRole(role)) throw new AuthError('malformed_request');
    const sent = await this.operators.invite(call, email, role);
    return this.show(call, visit, response, sent ? { sent } : { refused: 'operator_there' });
  }

  @Post(':id/reset')
  async reset(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    const other = await this.other(visit, id);
    const sent = other && (await this.operators.reset(call, other.email));
    return this.show(call, visit, response, sent ? { sent } : { refused: 'not_yourself' });
  }

  @Post(':id/remove')
  async remove(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    const other = await this.other(visit, id);
    if (!other) return this.show(call, visit, response, { refused: 'not_yourself' });
    await this.operators.remove(call, other.email);
    this.shell.go(response, visit, '/operators', 'removed');
  }

  /** Undefined: it is whoever asks. */
  private async other({ operator }: Visit, id: string): Promise<OperatorEntity | undefined> {
    const found = (await this.operators.list()).find((each) => each.id === id);
    if (!found) throw new AuthError('path_unknown');
    return found.id === operator?.operator_id ? undefined : found;
  }

  private async show(call: RequestContext, visit: Visit, response: Response, news?: News): Promise<void> {
    const operators = await this.operators.list();
    this.shell.show(response, visit, operatorsPage(visit, operators, call.now, news));
  }
}
