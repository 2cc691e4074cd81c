import { Body, Controller, Get, Post, Res } from '@nestjs/common';
import { Config } from '@app/config';
import { normaliseCode, storedEmail, type RequestContext } from '@app/kernel';
import { OperatorSignInService } from '@app/operators';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { operatorLimits } from '../../limits/console.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { clearOperatorToken, setOperatorToken } from '../../protocols/console/operator-cookie.js';
import { ConsoleRoom, ForOperators } from '../shell/console-room.decorator.js';
import { ConsoleShell } from '../shell/console-shell.presenter.js';
import { fieldOf, type Fields } from '../shell/fields.js';
import type { Visit } from '../shell/visit.js';
import { OnVisit, OperatorCall } from '../shell/visit.decorator.js';
import { signInPage } from './sign-in.page.js';

@Controller('console')
@ConsoleRoom()
export class SignInController {
  constructor(
    private readonly operators: OperatorSignInService,
    private readonly shell: ConsoleShell,
    private readonly config: Config,
  ) {}

  @Get('sign-in')
  ask(@OnVisit() visit: Visit, @Res() response: Response): void {
    this.shell.show(response, visit, signInPage(visit));
  }

  /** A new session each time: whatever cookie the browser came with opens nothing (session fixation). */
  @Post('sign-in')
  @Limits(...operatorLimits)
  async signIn(
    @Caller() call: RequestContext,
    @Body() body: Fields,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    const [email, password, code] = ['email', 'password', 'code'].map((name) => fieldOf(body, name));
    const stored = storedEmail(email ?? '') ?? '';
    const opened = await this.operators.signIn(call, stored, password ?? '', normaliseCode(code ?? ''));
    if (!opened) return this.shell.show(response, visit, signInPage(visit, email, true));
    setOperatorToken(response, opened.token, this.config);
    this.shell.go(response, visit, '');
  }

  @Post('sign-out')
  @ForOperators()
  async signOut(
    @OperatorCall() call: RequestContext,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    if (visit.operator) await this.operators.signOut(call, visit.operator);
    clearOperatorToken(response, this.config);
    this.shell.go(response, visit, '/sign-in');
  }
}
