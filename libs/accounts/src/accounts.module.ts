import { Module } from '@nestjs/common';
import { AccountsRepository } from './accounts.repository.js';
import { CredentialProofs } from './credentials/credential-proofs.js';
import { PasswordCheck } from './password-check.js';
import { NewPassword } from './new-password.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordRenewal } from './password-renewal.js';
import { PasswordStrength } from './password-strength.js';
import { ClientPasswords } from './pbkdf2-verifier.js';
import { BackupCodes } from './second-factors/backup-codes.js';
import { SecondFactors } from './second-factors/second-factors.js';
import { TotpFactors } from './totp-factors.js';

@Module({
  providers: [
    ClientPasswords,
    CredentialProofs,
    AccountsRepository,
    PasswordCheck,
    NewPassword,
    PasswordHasher,
    PasswordRenewal,
    PasswordStrength,
    TotpFactors,
    SecondFactors,
    BackupCodes,
  ],
  exports: [
    ClientPasswords,
    CredentialProofs,
    AccountsRepository,
    PasswordCheck,
    NewPassword,
    PasswordHasher,
    TotpFactors,
    SecondFactors,
    BackupCodes,
  ],
})
export class AccountsModule {}
