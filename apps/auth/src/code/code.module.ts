import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { AttemptsModule } from '@app/attempts';
import { DeliveryModule } from '@app/delivery';
import { SessionsModule } from '@app/sessions';
import { CodeService } from './code.service.js';
import { NavixyCodeController } from './navixy-code.controller.js';
import { NavixySessionController } from './navixy-session.controller.js';
import { ResendService } from './resend.service.js';
import { SessionLifeService } from './session-life.service.js';
import { SignInService } from './sign-in.service.js';

/** Flow `code`: a password, then a code. Spoken by navixy clients. */
@Module({
  imports: [AccountsModule, AttemptsModule, DeliveryModule, SessionsModule],
  controllers: [NavixyCodeController, NavixySessionController],
  providers: [SignInService, CodeService, ResendService, SessionLifeService],
})
export class CodeModule {}
