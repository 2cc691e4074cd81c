import { Module } from '@nestjs/common';
import { SignInModule } from '@app/sign-in';
import { ChallengedService } from './challenged.service.js';
import { DfnsCodeController } from './dfns-code.controller.js';
import { DfnsRecoveryController } from './dfns-recovery.controller.js';
import { DfnsPresenter } from './dfns.presenter.js';
import { RecoveryCodeService } from './recovery-code.service.js';
import { NewKeysService } from './new-keys.service.js';
import { OwnCalls } from './own-calls.js';
import { RecoveryDelayService } from './recovery-delay.service.js';
import { RecoveryEffects } from './recovery-effects.js';
import { RecoveryInitService } from './recovery-init.service.js';
import { RecoveryService } from './recovery.service.js';

/** What registering keys, and the page that stops a recovery, use of it. */
const shared = [DfnsPresenter, ChallengedService, NewKeysService, RecoveryDelayService];

/** Flow `recovery`: new keys for who has lost all of them, by a mailed code and the recovery key. Spoken by dfns clients. */
@Module({
  imports: [SignInModule],
  controllers: [DfnsCodeController, DfnsRecoveryController],
  providers: [
    ...shared,
    RecoveryCodeService,
    RecoveryInitService,
    RecoveryService,
    RecoveryEffects,
    OwnCalls,
  ],
  exports: shared,
})
export class RecoveryModule {}
