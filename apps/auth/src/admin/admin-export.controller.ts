import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiParam } from '@nestjs/swagger';
import { OperatorError, PeopleExport, PersonalData, type Person } from '@app/administration';
import type { RequestContext } from '@app/kernel';
import { AdminErrors } from '../protocols/admin/admin-api.decorator.js';
import { Caller } from '../protocols/caller.decorator.js';
import { AccountReference } from './account-reference.decorator.js';
import { AdminAccountsService } from './admin-accounts.service.js';
import { AdminPersonalData } from './admin-answers.dto.js';
import { Admin, NeedsScope } from './admin.decorator.js';

@Controller('admin/accounts/:account')
@Admin()
@ApiParam({
  name: 'account',
  description: 'The id or UUID of an account.',
  example: '123456789012345678',
})
export class AdminExportController {
  constructor(
    private readonly accounts: AdminAccountsService,
    private readonly people: PeopleExport,
    private readonly personal: PersonalData,
  ) {}

  /**
   * Write an account down as an import reads it, without its secrets
   *
   * With secrets, and of all accounts, it is for the command line alone: `account export`.
   */
  @Get('export')
  @NeedsScope('accounts:export')
  @ApiOkResponse({ schema: { type: 'object', example: { email: 'ada@example.com', emailVerified: true } } })
  @AdminErrors('not_found', 'conflict')
  async export(@Caller() call: RequestContext, @AccountReference() reference: string): Promise<Person> {
    const { id: accountId } = await this.accounts.find(reference);
    const found: Person[] = [];
    await this.people.run(call, { accountId, secrets: false }, async (people) => void found.push(...people));
    const [person] = found;
    if (!person) throw new OperatorError('The account is to be deleted.');
    return person;
  }

  /** Everything that is kept about the owner of an account, to be handed to them: without secrets, and without the operators' names */
  @Get('personal-data')
  @NeedsScope('accounts:export')
  @ApiOkResponse({ type: AdminPersonalData })
  @AdminErrors('not_found')
  async personalData(
    @Caller() call: RequestContext,
    @AccountReference() reference: string,
  ): Promise<AdminPersonalData> {
    return this.personal.of(call, await this.accounts.find(reference));
  }
}
