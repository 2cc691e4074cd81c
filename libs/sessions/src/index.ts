export { BrowserAttemptEntity, BrowserSessionEntity } from './browser-session.entity.js';
export type { BrowserReference, Flow, LockedBrowser } from './browser-session.js';
export { BrowserSessions } from './browser-sessions.repository.js';
export { browserSignIn, type BrowserEntrant, type StagedSession } from './browser-sign-in.js';
export {
  endPendingBegunBy,
  endSession,
  endSessionsAt,
  liveAmong,
  type Ending,
  type Spared,
} from './end-sessions.js';
export { endOwnSession, ownSessions, type OwnSession } from './own-sessions.js';
export { SessionEntity, type AuthenticationMethod } from './session.entity.js';
export {
  isUnused,
  lockedSessions,
  dropSignUps,
  purgeBrowserAttempts,
  purgeBrowserSessions,
  purgeEmptyBrowserSessions,
  purgeEndedSessions,
  purgeSessions,
  purgeSurplusSessions,
} from './purge.js';
export {
  RefreshRotation,
  type PresentedSession,
  type RefreshSession,
  type RefreshState,
  type RotatedSession,
  type StartedBy,
} from './refresh-rotation.js';
export { ownerOfToken, sessionOfToken, type TokenSession } from './refresh-sessions.js';
export { sessionShown, type ShownCredentials, type ShownSession } from './presented-session.js';
export { namesOfToken, RefreshTokens, type PresentedToken } from './refresh-tokens.js';
export type { SessionRules } from './session-rules.js';
export { signInsByHour, type SignInsOfHour } from './statistics.js';
export { SessionsModule } from './sessions.module.js';
export {
  SessionsRepository,
  freshSession,
  pendingSession,
  pendingState,
  signedInProof,
  signedInSession,
  type SignedInProof,
  type SessionOwner,
  type NewSession,
  type OwnedSession,
  type Proof,
  type SessionRow,
} from './sessions.repository.js';
