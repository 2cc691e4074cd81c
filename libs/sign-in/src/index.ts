export { ContactChange, type Asked } from './contact-change/contact-change.js';
export type { Permission } from './contact-change/permission.js';
export { ContactProof } from './contact-change/contact-proof.js';
export { endedBy, type Ended } from './ended-by.js';
export { enterBrowser } from './first-factor/browser-entrant.js';
export { FirstFactor, type EntryPolicy } from './first-factor/first-factor.js';
export { IdentityProof } from './first-factor/identity-proof.js';
export { KeyChallenges, type LoginChallenge, type Whom } from './first-factor/key-challenges.js';
export {
  KeyProof,
  type KeyPurpose,
  type LoginAnswer,
  type ProvenLogin,
  type SecondFactorParts,
} from './first-factor/key-proof.js';
export { PasswordProof } from './first-factor/password-proof.js';
export type { ProvenFactor, RefusedFactor } from './first-factor/proven-factor.js';
export { Freshness } from './freshness.js';
export { OwnerNotices, type Notice } from './owner-notices.js';
export { readBy, readInSignUp } from './read-by.js';
export { recordRefusal } from './record-refusal.js';
export { SecondFactorChallenge } from './second-factor/challenge.js';
export {
  SecondFactorCheck,
  type AwaitedFactor,
  type AwaitedRow,
  type CheckedFactor,
  type ProvenSecond,
} from './second-factor/check.js';
export { CodeSender, type Sending } from './second-factor/code-sender.js';
export { FactorConnection } from './second-factor/connection.js';
export { retryOnConflict, sentCode, shownCode, type SentCode } from './second-factor/factor-attempts.js';
export {
  factorAttempt,
  inProtocol,
  inSession,
  withoutSession,
  type Candidate,
  type FactorScope,
} from './second-factor/scope.js';
export { pendingAndAccount, sessionAndAccount, shareOwner } from './session-and-account.js';
export { SignInModule } from './sign-in.module.js';
export { refuseTakenName } from './taken-name.js';
