import { Controller, Delete, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiParam } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { AdminErrors } from '../protocols/admin/admin-api.decorator.js';
import { Caller } from '../protocols/caller.decorator.js';
import { AccountReference } from './account-reference.decorator.js';
import { AdminDeletion } from './admin-answers.dto.js';
import { AdminDeletionService } from './admin-deletion.service.js';
import { Admin, NeedsScope } from './admin.decorator.js';

@Controller('admin/accounts/:account')
@Admin()
@ApiParam({
  name: 'account',
  description: 'The id or UUID of an account.',
  example: '123456789012345678',
})
export class AdminDeletionController {
  constructor(private readonly deletion: AdminDeletionService) {}

  /**
   * Delete an account, after the time in which it can be restored
   *
   * It is shut at once. Asked for again, it is deleted no later than it was to be.
   */
  @Delete()
  @NeedsScope('accounts:delete')
  @ApiOkResponse({ type: AdminDeletion })
  @AdminErrors('not_found')
  delete(@Caller() call: RequestContext, @AccountReference() reference: string): Promise<AdminDeletion> {
    return this.deletion.ask(call, reference);
  }

  /** Restore an account that is to be deleted */
  @Post('restore')
  @HttpCode(204)
  @NeedsScope('accounts:delete')
  @AdminErrors('not_found', 'conflict')
  async restore(@Caller() call: RequestContext, @AccountReference() reference: string): Promise<void> {
    await this.deletion.restore(call, reference);
  }
}
