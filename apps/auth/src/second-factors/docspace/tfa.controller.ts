import { Controller, Get, Put, Res } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import type { Response } from 'express';
import { Caller } from '../../protocols/caller.decorator.js';
import {
  DocspaceAnswers,
  DocspaceApi,
  DocspaceErrors,
  NeedsDocspaceToken,
  ReadsDocspaceJson,
} from '../../protocols/docspace/docspace-api.decorator.js';
import { DocspaceBody } from '../../protocols/docspace/docspace-body.decorator.js';
import { DocspaceToken } from '../../protocols/docspace/docspace-token.js';
import { DocspaceStepPresenter } from '../../code/docspace/authentication.presenter.js';
import { DocspaceAuthenticatorService } from './authenticator.service.js';
import { DocspaceStepKey } from './step-key.service.js';
import {
  DocspaceBackupCode,
  DocspaceTfaKind,
  DocspaceTfaPage,
  DocspaceTfaRequest,
  DocspaceTfaSubject,
} from './tfa.dto.js';
import { docspaceLimits } from '../../limits/docspace.limits.js';
import {
  FACTOR_OF_TYPE,
  namedBy,
  presentCodes,
  presentKinds,
  presentPage,
  presentPageAndCookie,
} from './tfa.presenter.js';

@Controller('api/2.0/settings')
@DocspaceApi()
@Limits(...docspaceLimits)
@NeedsDocspaceToken()
export class DocspaceTfaController {
  constructor(
    private readonly authenticators: DocspaceAuthenticatorService,
    private readonly keys: DocspaceStepKey,
    private readonly presenter: DocspaceStepPresenter,
  ) {}

  /** Which second factors there are, and which the account has */
  @Get('tfaapp')
  @DocspaceAnswers([DocspaceTfaKind])
  @DocspaceErrors('session_not_found')
  async kinds(@Caller() call: RequestContext, @DocspaceToken() token: string): Promise<DocspaceTfaKind[]> {
    return presentKinds(await this.authenticators.kinds(call, token));
  }

  /**
   * Choose the second factor of the account
   *
   * It is set up by the next sign-in. Answers whether there is one now. Needs a session that was signed in lately.
   */
  @Put('tfaapp')
  @ReadsDocspaceJson()
  @ApiBody({ type: DocspaceTfaRequest })
  @DocspaceAnswers('boolean')
  @DocspaceErrors(
    'invalid_parameters',
    'session_not_found',
    'not_permitted',
    'proof_stale',
    'factor_unavailable',
  )
  async choose(
    @Caller() call: RequestContext,
    @DocspaceToken() token: string,
    @DocspaceBody() request: DocspaceTfaRequest,
  ): Promise<boolean> {
    await this.authenticators.choose(call, token, FACTOR_OF_TYPE[request.type], namedBy(request));
    return request.type !== 'None';
  }

  /**
   * The page of the second factor
   *
   * Where it is set up, or shown: the `confirmUrl` of a sign-in, and the cookie of that step, which is set as well. No `response`
   * for an account without a second factor. Needs a session that was signed in lately.
   */
  @Get('tfaapp/confirm')
  @DocspaceAnswers(DocspaceTfaPage, { optional: true })
  @DocspaceErrors('session_not_found', 'proof_stale', 'attempt_not_found')
  async page(
    @Caller() call: RequestContext,
    @DocspaceToken() token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DocspaceTfaPage | undefined> {
    const step = await this.keys.make(call, token);
    return presentPageAndCookie(step, this.presenter.present(step, response));
  }

  /**
   * Choose the second factor of the account, and set it up at once
   *
   * Answers the page where that is done, empty for none. Needs a session that was signed in lately.
   */
  @Put('tfaappwithlink')
  @ReadsDocspaceJson()
  @ApiBody({ type: DocspaceTfaRequest })
  @DocspaceAnswers('text')
  @DocspaceErrors(
    'invalid_parameters',
    'session_not_found',
    'not_permitted',
    'proof_stale',
    'attempt_not_found',
    'factor_unavailable',
  )
  async chooseWithPage(
    @Caller() call: RequestContext,
    @DocspaceToken() token: string,
    @DocspaceBody() request: DocspaceTfaRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const step = await this.keys.choose(call, token, FACTOR_OF_TYPE[request.type], namedBy(request));
    return presentPage(this.presenter.present(step, response));
  }

  /**
   * The backup codes
   *
   * Those that the first code of an authenticator yielded. Needs a session that was signed in lately.
   */
  @Get('tfaappcodes')
  @DocspaceAnswers([DocspaceBackupCode])
  @DocspaceErrors('session_not_found', 'proof_stale')
  async codes(@Caller() call: RequestContext, @DocspaceToken() token: string): Promise<DocspaceBackupCode[]> {
    return presentCodes(await this.authenticators.codes(call, token));
  }

  /**
   * Make new backup codes
   *
   * The old ones are void. Needs a session that was signed in lately.
   */
  @Put('tfaappnewcodes')
  @DocspaceAnswers([DocspaceBackupCode])
  @DocspaceErrors('session_not_found', 'proof_stale', 'attempt_not_found')
  async newCodes(
    @Caller() call: RequestContext,
    @DocspaceToken() token: string,
  ): Promise<DocspaceBackupCode[]> {
    return presentCodes(await this.authenticators.newCodes(call, token));
  }

  /**
   * Take the authenticator away
   *
   * Answers the page where another one is set up, with its cookie; the next sign-in does it too. Needs a session that was signed
   * in lately.
   */
  @Put('tfaappnewapp')
  @ReadsDocspaceJson()
  @ApiBody({ type: DocspaceTfaSubject, required: false })
  @DocspaceAnswers('text')
  @DocspaceErrors(
    'invalid_parameters',
    'session_not_found',
    'not_permitted',
    'proof_stale',
    'attempt_not_found',
  )
  async newApp(
    @Caller() call: RequestContext,
    @DocspaceToken() token: string,
    @DocspaceBody() request: DocspaceTfaSubject,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const step = await this.keys.renew(call, token, namedBy(request));
    return presentPage(this.presenter.present(step, response));
  }
}
