export * from './account-changes.js';
export {
  AccountEntity,
  PasswordFailuresEntity,
  SECOND_FACTORS,
  TotpFactorEntity,
  type SecondFactor,
} from './account.entity.js';
export { AccountsModule } from './accounts.module.js';
export {
  AccountsRepository,
  accountOf,
  lockAccountForShare,
  lockAccountForUpdate,
  lockOwner,
  lockOwnerForUpdate,
  lockTarget,
  addressedTo,
  codeRecipient,
  newPhoneOf,
  readAt,
  type Used,
  recipientOf,
  type AccountAddress,
  type AccountOfSession,
  type ReadAccount,
} from './accounts.repository.js';
export { askedFactor, countDisowned, liftGuard, type Guarded } from './guard.js';
export { withKnownAccount, withNames, type KnownAccount } from './known-account.js';
export { withOwnAccount, type OwnAccount } from './own-account.js';
export { ForeignHashError } from './foreign-passwords/foreign-hash.js';
export { readForeignHash } from './foreign-passwords/foreign-passwords.js';
export { PasswordRenewal } from './password-renewal.js';
export { PasswordCheck, type PasswordOutcome } from './password-check.js';
export { PasswordHasher, readVerifiers, type ShownPassword } from './password-hasher.js';
export { bringAlong } from './import/bring-along.js';
export { giveFirstPassword } from './import/first-password.js';
export { Newcomers, type Newcomer } from './newcomers.js';
export {
  incomingPeople,
  type IncomingCode,
  type IncomingCredential,
  type IncomingIdentity,
  type IncomingPerson,
} from './import/incoming-person.js';
export { ImportedAccountEntity } from './import/imported-account.entity.js';
export { lookAtIncoming, TAKEN, welcome, type LookedAt, type Taken } from './import/look-at-incoming.js';
export { readTotpUri, TotpUriError } from './totp.js';
export { ClientPasswords, type ClientPasswordParameters } from './pbkdf2-verifier.js';
export {
  changeProfile,
  removePassword,
  claimMailbox,
  claimedOnes,
  profileOf,
  registerAccount,
  withAccount,
  withProfile,
  type Claim,
  type Profile,
  type ProfileOfSession,
  type SentProfile,
  type TokenAccount,
  organisationOf,
} from './profile.js';
export { uuidsOf } from './uuids.js';
export {
  askDeletion,
  deleteDue,
  dueForDeletion,
  lockedDue,
  restoreAccount,
  type AskedDeletion,
  type ToBeDeleted,
} from './deletion.js';
export { deleteUnproven, lockedAccounts, unprovenAccounts } from './unproven-accounts.js';
export { purgePasswordFailures, purgeRecoveries } from './purge.js';
export { exportedAccounts, type ExportedAccount, type ExportedCredential } from './exported-accounts.js';
export { ExternalIdentityEntity } from './external-identity.entity.js';
export {
  accountOfIdentity,
  lockIdentity,
  isLinkedElsewhere,
  linkIdentity,
  unlinkIdentity,
  type FoundByIdentity,
  type ProvenIdentity,
} from './external-identities.js';
export {
  ofAccount,
  redeemedAccount,
  type Decided,
  type HeldAccount,
  type MaybeOfAccount,
  type OfAccount,
} from './held-account.js';
export { changeEmail } from './change-contact.js';
export { ContactChangeEntity } from './contact-change.entity.js';
export {
  contactBehind,
  dropContact,
  noteContact,
  provenContact,
  provesContact,
  purgeContactChanges,
  waitingContacts,
  type WaitingContact,
  type WantedContact,
} from './contact-changes.js';
export { givePassword, resetPassword } from './change-password.js';
export { resetContact, type ResetContact } from './reset-contact.js';
export { changeLanguage } from './activation.js';
export { asRead, changeDetails, type AccountDetails } from './details.js';
export { endCredentialsAt } from './end-credentials.js';
export { accountContact, contactOwner, signUpContact, type Contact } from './contacts.js';
export { mailboxOwner, type MailboxOwner } from './mailbox-owner.js';
export { accountsBehind, nameFindings, respell, takenFor, type NameFinding } from './name-check.js';
export {
  accountsNamedLike,
  newestAccounts,
  type FoundAccount,
  type NamedHit,
  type WhoseAccounts,
} from './search.js';
export { NewPassword } from './new-password.js';
export { PASSWORD_LENGTH } from './password-strength.js';
export { setPhone } from './phone-credential.js';
export { registerSilently } from './silent-registration.js';
export { completeSignUp, insertSignUp, takenIdentifiers, type ProvenSignUp } from './sign-up.js';
export { SignUpEntity } from './sign-up.entity.js';
export { BackupCodeEntity } from './second-factors/backup-code.entity.js';
export { BackupCodes, type IssuedCodes } from './second-factors/backup-codes.js';
export {
  awaitingPhone,
  entering,
  whileFresh,
  withFactor,
  withHolder,
  withSecondFactor,
  withSetUp,
  type AccountFactor,
  type AccountSetUp,
  type FactorSetupHolder,
  type FreshAccount,
} from './second-factors/account-factor.js';
export { FactorSetupEntity } from './second-factors/factor-setup.entity.js';
export { purgeFactorSetups } from './second-factors/purge.js';
export { SecondFactors, type Connection, type FactorSetup } from './second-factors/second-factors.js';
export { activeSubjectParts, unknownSubject, subjectParts, type Subject } from './subject.js';
export { takenName } from './taken-name.js';
export { TOTP_LABEL, TotpFactors } from './totp-factors.js';
export { OfferedTotp, challengeOf } from './credentials/challenge.js';
export { signedToken, spellings } from './credentials/client-data.js';
export {
  CREDENTIAL_KINDS,
  CredentialEntity,
  PendingRecoveryEntity,
  type CredentialKind,
} from './credentials/credential.entity.js';
export * from './credentials/credential-proofs.js';
export * from './credentials/credentials.js';
export * from './credentials/own-keys.js';
export {
  keyHolderOf,
  loginKey,
  type HeldKey,
  type KeyAccount,
  type KeyHolder,
} from './credentials/key-holder.js';
export * from './credentials/pending-recoveries.js';
export { changeKeys, type Enrolment } from './credentials/totp-enrolment.js';
export {
  restingSecrets,
  sealedAuthenticators,
  sealedBackupCodes,
  unusedBackupCodes,
} from './second-factors/sealed-secrets.js';
