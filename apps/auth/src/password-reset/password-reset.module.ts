import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { SessionModule } from '../session/session.module.js';
import { ForgotPasswordService } from './forgot-password.service.js';
import { PasswordsController } from './passwords.controller.js';
import { ResetPasswordService } from './reset-password.service.js';

/** A new password by a mailed link. */
@Module({
  imports: [SignInModule, SessionModule],
  controllers: [PasswordsController],
  providers: [ForgotPasswordService, ResetPasswordService],
  exports: [ResetPasswordService],
})
export class PasswordResetModule {}
