import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { RequestContext } from '@app/kernel';
import type { Response } from 'express';
import { ConsoleRoom, ForOperators } from '../shell/console-room.decorator.js';
import { ConsoleShell } from '../shell/console-shell.presenter.js';
import { fieldOf, type Fields } from '../shell/fields.js';
import type { Visit } from '../shell/visit.js';
import { OnVisit, OperatorCall } from '../shell/visit.decorator.js';
import { PeopleService } from './people.service.js';
import { personPage } from './person.page.js';
import { searchPage } from './search.page.js';

@Controller('console/accounts')
@ConsoleRoom()
@ForOperators()
export class PeopleController {
  constructor(
    private readonly people: PeopleService,
    private readonly shell: ConsoleShell,
  ) {}

  @Get()
  async search(@Query() query: Fields, @OnVisit() visit: Visit, @Res() response: Response): Promise<void> {
    const text = fieldOf(query, 'q').trim();
    const found = await this.people.search(text, fieldOf(query, 'cursor'));
    this.shell.show(response, visit, searchPage(visit, text, found));
  }

  @Get(':id')
  async look(
    @OperatorCall() call: RequestContext,
    @Param('id') id: string,
    @Query() query: Fields,
    @OnVisit() visit: Visit,
    @Res() response: Response,
  ): Promise<void> {
    const person = await this.people.person(call, id, fieldOf(query, 'below'));
    this.shell.show(response, visit, personPage(visit, person));
  }
}
