import { Controller, Get, Res } from '@nestjs/common';
import { markup } from '@app/pages';
import type { Response } from 'express';
import { ConsoleRoom, ForOperators } from '../shell/console-room.decorator.js';
import { ConsoleShell } from '../shell/console-shell.presenter.js';
import type { Visit } from '../shell/visit.js';
import { OnVisit } from '../shell/visit.decorator.js';

@Controller('console')
@ConsoleRoom()
@ForOperators()
export class OverviewController {
  constructor(private readonly shell: ConsoleShell) {}

  @Get()
  look(@OnVisit() visit: Visit, @Res() response: Response): void {
    const title = visit.speech.say('console.overview');
    this.shell.show(response, visit, { title, body: markup``, place: '' });
  }
}
