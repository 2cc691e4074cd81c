import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../../protocols/caller.decorator.js';
import { YatApi, YatErrors } from '../../protocols/yat/yat-api.decorator.js';
import { YatBody } from '../../protocols/yat/yat-body.decorator.js';
import { YatMessageResponse } from '../../protocols/yat/yat-token.dto.js';
import { BackupRemovalService } from './backup-removal.service.js';
import { YatBackupDisableRequest } from './yat-factor.dto.js';
import { loginOf } from '../../protocols/yat/yat-login.js';
import { yatLimits } from '../../limits/yat.limits.js';

@Controller('account/2fa')
@YatApi()
@Limits(...yatLimits)
export class YatBackupController {
  constructor(private readonly removal: BackupRemovalService) {}

  /**
   * Take the second factor away with a backup code
   *
   * For who has lost it. Signs nobody in: the password is still needed.
   */
  @Post('backup_disable')
  @HttpCode(200)
  @ApiBody({ type: YatBackupDisableRequest })
  @ApiOkResponse({ type: YatMessageResponse })
  @YatErrors('code_wrong', 'invalid_parameters', 'identifier_missing')
  async disable(
    @Caller() call: RequestContext,
    @YatBody() request: YatBackupDisableRequest,
  ): Promise<YatMessageResponse> {
    await this.removal.disable(call, loginOf(request), request.backup_code);
    return { message: 'Two factor authentication is off' };
  }
}
