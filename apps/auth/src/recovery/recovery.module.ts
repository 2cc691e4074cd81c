import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { ChallengedService } from './challenged.service.js';
import { DfnsCodeController } from './dfns-code.controller.js';
import { DfnsLoginController } from './dfns-login.controller.js';
import { DfnsRecoveryController } from './dfns-recovery.controller.js';
import { DfnsPresenter } from './dfns.presenter.js';
import { LoginInitService } from './login-init.service.js';
import { LoginProofService } from './login-proof.service.js';
import { LoginTokens } from './login-tokens.js';
import { LoginService } from './login.service.js';
import { LongCodeService } from './long-code.service.js';
import { NewKeysService } from './new-keys.service.js';
import { OwnCalls } from './own-calls.js';
import { RecoveryDelayService } from './recovery-delay.service.js';
import { RecoveryEffects } from './recovery-effects.js';
import { RecoveryInitService } from './recovery-init.service.js';
import { RecoveryService } from './recovery.service.js';
import { RecoveryStopController } from './recovery-stop.controller.js';
import { RegistrationService } from './registration.service.js';

const login = [LoginInitService, LoginProofService, LoginTokens, LoginService];
const newKeys = [NewKeysService, ChallengedService, RegistrationService];
const recovery = [
  LongCodeService,
  RecoveryInitService,
  RecoveryService,
  RecoveryEffects,
  RecoveryDelayService,
  OwnCalls,
];

/** Flow `recovery`: keys, and how to get new ones after losing them all. Spoken by dfns clients. */
@Module({
  imports: [SignInModule, TokensModule],
  controllers: [DfnsCodeController, DfnsRecoveryController, DfnsLoginController, RecoveryStopController],
  providers: [DfnsPresenter, ...login, ...newKeys, ...recovery],
})
export class RecoveryModule {}
