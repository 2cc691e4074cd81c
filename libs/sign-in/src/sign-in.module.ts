import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { AttemptsModule } from '@app/attempts';
import { DeliveryModule } from '@app/delivery';
import { SessionsModule } from '@app/sessions';
import { ContactChange } from './contact-change/contact-change.js';
import { ContactProof } from './contact-change/contact-proof.js';
import { FirstFactor } from './first-factor/first-factor.js';
import { IdentityProof } from './first-factor/identity-proof.js';
import { KeyChallenges } from './first-factor/key-challenges.js';
import { KeyProof } from './first-factor/key-proof.js';
import { PasswordProof } from './first-factor/password-proof.js';
import { Freshness } from './freshness.js';
import { OvertakenCodesModule } from './overtaken-codes.js';
import { OwnerNotices } from './owner-notices.js';
import { SecondFactorChallenge } from './second-factor/challenge.js';
import { SecondFactorCheck } from './second-factor/check.js';
import { CodeSender } from './second-factor/code-sender.js';
import { FactorConnection } from './second-factor/connection.js';

const verbs = [
  Freshness,
  OwnerNotices,
  ContactChange,
  ContactProof,
  FirstFactor,
  PasswordProof,
  IdentityProof,
  KeyChallenges,
  KeyProof,
  SecondFactorChallenge,
  SecondFactorCheck,
  FactorConnection,
  CodeSender,
];
const nouns = [AccountsModule, AttemptsModule, DeliveryModule, SessionsModule];

/** The verbs that all flows share, with the nouns that they are about. */
@Module({ imports: [...nouns, OvertakenCodesModule], providers: verbs, exports: [...verbs, ...nouns] })
export class SignInModule {}
