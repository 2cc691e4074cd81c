import { Controller, Get, Res } from '@nestjs/common';
import { StatisticsService } from '@app/administration';
import type { Response } from 'express';
import { ConsoleRoom, ForOperators } from '../shell/console-room.decorator.js';
import { ConsoleShell } from '../shell/console-shell.presenter.js';
import type { Visit } from '../shell/visit.js';
import { OnVisit } from '../shell/visit.decorator.js';
import { overviewPage } from './overview.page.js';

@Controller('console')
@ConsoleRoom()
@ForOperators()
export class OverviewController {
  constructor(
    private readonly statistics: StatisticsService,
    private readonly shell: ConsoleShell,
  ) {}

  @Get()
  async look(@OnVisit() visit: Visit, @Res() response: Response): Promise<void> {
    this.shell.show(response, visit, overviewPage(visit, await this.statistics.lastDay()));
  }
}
