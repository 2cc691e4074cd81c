import { Controller, Get } from '@nestjs/common';
import { ClientPasswords } from '@app/accounts';
import { Limits } from '@app/throttle';
import {
  DocspaceAnswers,
  DocspaceApi,
  DocspaceErrors,
} from '../../protocols/docspace/docspace-api.decorator.js';
import { DocspaceSettings } from './settings.dto.js';
import { docspaceLimits } from '../../limits/docspace.limits.js';

@Controller('api/2.0/settings')
@DocspaceApi()
@Limits(...docspaceLimits)
export class DocspaceSettingsController {
  constructor(private readonly clientPasswords: ClientPasswords) {}

  /**
   * What a client has to know before a sign-in
   *
   * How to make a `passwordHash`.
   */
  @Get()
  @DocspaceAnswers(DocspaceSettings)
  @DocspaceErrors()
  async settings(): Promise<DocspaceSettings> {
    return { passwordHash: await this.clientPasswords.parameters() };
  }
}
