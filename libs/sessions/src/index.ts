export { BrowserAttemptEntity, BrowserSessionEntity } from './browser-session.entity.js';
export {
  BrowserSessions,
  purgeBrowserAttempts,
  purgeBrowserSessions,
  type BrowserReference,
} from './browser-sessions.repository.js';
export { browserSignIn, type SessionLives } from './browser-sign-in.js';
export { endPendingBegunBy, endSession, endSessionsOf, survivors } from './end-sessions.js';
export { SessionEntity, type AuthenticationMethod } from './session.entity.js';
export { startProven, type ProvenSession } from './proven-session.js';
export { purgeSessions } from './purge.js';
export { RefreshRotation, type RefreshState } from './refresh-rotation.js';
export { ownerOfToken, sessionOfToken } from './refresh-sessions.js';
export { RefreshTokens, type PresentedToken } from './refresh-tokens.js';
export { SessionsModule } from './sessions.module.js';
export { SessionsRepository, signedInSession, type NewSession } from './sessions.repository.js';
