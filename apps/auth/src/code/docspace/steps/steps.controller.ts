import { Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiBody, ApiHeader } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Speeches } from '@app/pages';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { Caller } from '../../../protocols/caller.decorator.js';
import {
  DocspaceAnswers,
  DocspaceApi,
  DocspaceErrors,
  ReadsDocspaceJson,
} from '../../../protocols/docspace/docspace-api.decorator.js';
import { DocspaceBody } from '../../../protocols/docspace/docspace-body.decorator.js';
import { DocspaceConfirmKey } from '../../../protocols/docspace/docspace-confirm-key.js';
import { DocspaceAuthentication, DocspaceSignInRequest } from '../authentication.dto.js';
import { DocspaceFirstFactor } from '../first-factor/first-factor.service.js';
import { signInOf } from '../request.js';
import { DocspaceSetPhoneRequest, DocspaceValidateRequest } from './steps.dto.js';
import { DocspaceStepService } from './step.service.js';
import { DocspaceTextService } from '../second-factor/text.service.js';
import { docspaceLimits } from '../../../limits/docspace.limits.js';
import { DocspaceStepPresenter, presentText } from '../authentication.presenter.js';
import { presentedCredentials } from '../../../protocols/docspace/docspace-confirm-key.js';

const CONFIRM = {
  name: 'confirm',
  description: '`type=<type>&key=<key>` of the `confirmUrl`.',
  required: false,
} as const;

@Controller('api/2.0')
@DocspaceApi()
@Limits(...docspaceLimits)
export class DocspaceStepsController {
  constructor(
    private readonly firstFactor: DocspaceFirstFactor,
    private readonly texts: DocspaceTextService,
    private readonly steps: DocspaceStepService,
    private readonly presenter: DocspaceStepPresenter,
    private readonly speeches: Speeches,
  ) {}

  /**
   * Send the code again
   *
   * A new code takes the place of the old one.
   */
  @Post('authentication/sendsms')
  @Idempotent(presentedCredentials)
  @HttpCode(200)
  @ReadsDocspaceJson()
  @ApiBody({ type: DocspaceSignInRequest })
  @DocspaceAnswers(DocspaceAuthentication)
  @DocspaceErrors(
    'invalid_parameters',
    'credentials_wrong',
    'attempt_not_found',
    'login_locked',
    'resend_too_soon',
  )
  async sendSms(
    @Caller() call: RequestContext,
    @DocspaceBody() request: DocspaceSignInRequest,
  ): Promise<DocspaceAuthentication> {
    const { proof, language } = signInOf(request, this.speeches);
    return presentText(await this.texts.again(call, await this.firstFactor.prove(call, proof), language));
  }

  /**
   * Set the phone that gets the codes
   *
   * For an account that is to have texts and has no number; by the key of the `confirmUrl`.
   */
  @Post('authentication/setphone')
  @Idempotent(presentedCredentials)
  @HttpCode(200)
  @ReadsDocspaceJson()
  @ApiHeader(CONFIRM)
  @ApiBody({ type: DocspaceSetPhoneRequest })
  @DocspaceAnswers(DocspaceAuthentication)
  @DocspaceErrors('invalid_parameters', 'session_not_found', 'attempt_not_found', 'resend_too_soon')
  async setPhone(
    @Caller() call: RequestContext,
    @DocspaceConfirmKey() key: string,
    @DocspaceBody() { mobilePhone }: DocspaceSetPhoneRequest,
  ): Promise<DocspaceAuthentication> {
    return presentText(await this.texts.setPhone(call, key, mobilePhone));
  }

  /**
   * Finish a sign-in by its key
   *
   * With a code, by the key of the `confirmUrl`. The session comes as cookie.
   */
  @Post('settings/tfaapp/validate')
  @Idempotent(presentedCredentials)
  @HttpCode(200)
  @ReadsDocspaceJson()
  @ApiHeader(CONFIRM)
  @ApiBody({ type: DocspaceValidateRequest })
  @DocspaceAnswers('boolean')
  @DocspaceErrors(
    'invalid_parameters',
    'session_not_found',
    'code_wrong',
    'attempt_not_found',
    'guesses_spent',
  )
  async validate(
    @Caller() call: RequestContext,
    @DocspaceConfirmKey() key: string,
    @DocspaceBody() { code, session }: DocspaceValidateRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<boolean> {
    this.presenter.present(await this.steps.verify(call, key, code, session ?? false), response);
    return true;
  }
}
