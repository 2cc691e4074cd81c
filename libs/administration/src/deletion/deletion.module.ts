import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { AttemptsModule } from '@app/attempts';
import { OwnerNotices } from '@app/sign-in';
import { AccountDeletion } from './account-deletion.js';

/** Apart from the rest of the administration: owners let themselves go as well, and housekeeping goes on with it. */
@Module({
  imports: [AccountsModule, AttemptsModule],
  providers: [OwnerNotices, AccountDeletion],
  exports: [AccountDeletion],
})
export class DeletionModule {}
