import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { OperatorSetUpService } from './operator-set-up.service.js';
import { OperatorSignInService } from './operator-sign-in.service.js';
import { OperatorsService } from './operators.service.js';

@Module({
  imports: [AccountsModule],
  providers: [OperatorsService, OperatorSignInService, OperatorSetUpService],
  exports: [OperatorsService, OperatorSignInService, OperatorSetUpService],
})
export class OperatorsModule {}
