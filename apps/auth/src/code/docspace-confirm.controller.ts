import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiHeader } from '@nestjs/swagger';
import type { Call } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../protocols/caller.decorator.js';
import {
  DocspaceAnswers,
  DocspaceApi,
  DocspaceErrors,
  ReadsDocspaceJson,
} from '../protocols/docspace/docspace-api.decorator.js';
import { DocspaceBody } from '../protocols/docspace/docspace-body.decorator.js';
import { DocspaceConfirmKey } from '../protocols/docspace/docspace-token.js';
import { DocspaceConfirmation, DocspaceConfirmRequest, DocspaceTfaSetup } from './docspace-confirm.dto.js';
import { presentConfirmation, presentSetup } from './docspace-confirm.presenter.js';
import { DocspaceStepView } from './docspace-step-view.service.js';
import { docspaceLimits } from './docspace.limits.js';

@Controller('api/2.0')
@DocspaceApi()
@Limits(...docspaceLimits)
export class DocspaceConfirmController {
  constructor(private readonly views: DocspaceStepView) {}

  /** Whether the key of a step is good */
  @Post('authentication/confirm')
  @HttpCode(200)
  @ReadsDocspaceJson()
  @ApiBody({ type: DocspaceConfirmRequest })
  @DocspaceAnswers(DocspaceConfirmation)
  @DocspaceErrors('invalid_parameters')
  async confirm(
    @Caller() call: Call,
    @DocspaceBody() { key }: DocspaceConfirmRequest,
  ): Promise<DocspaceConfirmation> {
    return presentConfirmation(await this.views.find(call, key ?? ''));
  }

  /**
   * The authenticator that is to be set up
   *
   * By the key of the `confirmUrl`.
   */
  @Get('settings/tfaapp/setup')
  @ApiHeader({ name: 'confirm', description: '`type=TfaActivation&key=<key>`', required: false })
  @DocspaceAnswers(DocspaceTfaSetup)
  @DocspaceErrors('session_not_found', 'attempt_not_found')
  async setup(@Caller() call: Call, @DocspaceConfirmKey() key: string): Promise<DocspaceTfaSetup> {
    return presentSetup(await this.views.find(call, key));
  }
}
