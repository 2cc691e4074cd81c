import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiHeader } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../../../protocols/caller.decorator.js';
import {
  DocspaceAnswers,
  DocspaceApi,
  DocspaceErrors,
  ReadsDocspaceJson,
} from '../../../protocols/docspace/docspace-api.decorator.js';
import { DocspaceBody } from '../../../protocols/docspace/docspace-body.decorator.js';
import {
  DocspaceConfirmKey,
  DocspaceKeyInCookie,
  type KeyInCookie,
} from '../../../protocols/docspace/docspace-confirm-key.js';
import { DocspaceConfirmation, DocspaceConfirmRequest, DocspaceTfaSetup } from './confirm.dto.js';
import { presentConfirmation, presentSetup } from './confirm.presenter.js';
import { DocspaceKeyCheck } from './key-check.service.js';
import { DocspaceStepView } from './step-view.service.js';
import { docspaceLimits } from '../../../limits/docspace.limits.js';

@Controller('api/2.0')
@DocspaceApi()
@Limits(...docspaceLimits)
export class DocspaceConfirmController {
  constructor(
    private readonly keys: DocspaceKeyCheck,
    private readonly views: DocspaceStepView,
  ) {}

  /**
   * Whether a key is good
   *
   * That of a step, or one that was mailed. Without a key: the one in the cookie of the step that `type` names.
   */
  @Post('authentication/confirm')
  @HttpCode(200)
  @ReadsDocspaceJson()
  @ApiBody({ type: DocspaceConfirmRequest })
  @DocspaceAnswers(DocspaceConfirmation)
  @DocspaceErrors('invalid_parameters')
  async confirm(
    @Caller() call: RequestContext,
    @DocspaceBody() request: DocspaceConfirmRequest,
    @DocspaceKeyInCookie() keyInCookie: KeyInCookie,
  ): Promise<DocspaceConfirmation> {
    const key = request.key?.trim() || keyInCookie(request.type) || '';
    return presentConfirmation(await this.keys.find(call, key), request);
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
  async setup(@Caller() call: RequestContext, @DocspaceConfirmKey() key: string): Promise<DocspaceTfaSetup> {
    return presentSetup(await this.views.find(call, key));
  }
}
