import { Controller, Get, Put } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { Call } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../protocols/caller.decorator.js';
import {
  DocspaceAnswers,
  DocspaceApi,
  DocspaceErrors,
  NeedsDocspaceToken,
  ReadsDocspaceJson,
} from '../protocols/docspace/docspace-api.decorator.js';
import { DocspaceBody } from '../protocols/docspace/docspace-body.decorator.js';
import { DocspaceToken } from '../protocols/docspace/docspace-token.js';
import { DocspaceAuthenticatorService } from './docspace-authenticator.service.js';
import { DocspaceBackupCode, DocspaceTfaKind, DocspaceTfaRequest } from './docspace-tfa.dto.js';
import { docspaceLimits } from './docspace.limits.js';
import { FACTOR_OF_TYPE, presentCodes, presentKinds } from './docspace-tfa.presenter.js';

@Controller('api/2.0/settings')
@DocspaceApi()
@Limits(...docspaceLimits)
@NeedsDocspaceToken()
export class DocspaceTfaController {
  constructor(private readonly authenticators: DocspaceAuthenticatorService) {}

  /** Which second factors there are, and which the account has */
  @Get('tfaapp')
  @DocspaceAnswers([DocspaceTfaKind])
  @DocspaceErrors('session_not_found')
  async kinds(@Caller() call: Call, @DocspaceToken() token: string): Promise<DocspaceTfaKind[]> {
    return presentKinds(await this.authenticators.factor(call, token));
  }

  /**
   * Choose the second factor of the account
   *
   * It is set up by the next sign-in. Needs a session that was signed in lately.
   */
  @Put('tfaapp')
  @ReadsDocspaceJson()
  @ApiBody({ type: DocspaceTfaRequest })
  @DocspaceAnswers('boolean')
  @DocspaceErrors('invalid_parameters', 'session_not_found', 'proof_stale')
  async choose(
    @Caller() call: Call,
    @DocspaceToken() token: string,
    @DocspaceBody() { type }: DocspaceTfaRequest,
  ): Promise<boolean> {
    await this.authenticators.choose(call, token, FACTOR_OF_TYPE[type]);
    return true;
  }

  /**
   * The backup codes
   *
   * Those that the first code of an authenticator yielded. Needs a session that was signed in lately.
   */
  @Get('tfaappcodes')
  @DocspaceAnswers([DocspaceBackupCode])
  @DocspaceErrors('session_not_found', 'proof_stale')
  async codes(@Caller() call: Call, @DocspaceToken() token: string): Promise<DocspaceBackupCode[]> {
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
  async newCodes(@Caller() call: Call, @DocspaceToken() token: string): Promise<DocspaceBackupCode[]> {
    return presentCodes(await this.authenticators.newCodes(call, token));
  }

  /**
   * Take the authenticator away
   *
   * The next sign-in sets another one up. Needs a session that was signed in lately.
   */
  @Put('tfaappnewapp')
  @DocspaceAnswers('boolean')
  @DocspaceErrors('session_not_found', 'proof_stale', 'attempt_not_found')
  async newApp(@Caller() call: Call, @DocspaceToken() token: string): Promise<boolean> {
    await this.authenticators.renew(call, token);
    return true;
  }
}
