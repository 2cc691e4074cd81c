export { AuthError, type AuthErrorCode, type AuthErrorDetails, type InvalidParameter } from './auth-error.js';
export { briefly } from './brief-memory.js';
export type { RequestContext, Client } from './call.js';
export { isOfOperator, OPERATORS_PROTOCOLS, ownClient } from './call.js';
export {
  BACKUP_CODE_ALPHABET,
  isBackupCode,
  isFactorCode,
  isSixDigits,
  type BackupCodeLength,
} from './code-form.js';
export { Clock, SystemClock, plusSeconds, secondsUntil } from './clock.js';
export { isFaithful, isSameEmail, storedEmail } from './identifiers/email.js';
export { beginningOf, type Beginning } from './identifiers/beginning.js';
export { identify, identifyAs, type Identifier } from './identifiers/identifier.js';
export { phoneNumber } from './identifiers/phone.js';
export { LONGEST_USERNAME, readUsername, type UsernameFault } from './identifiers/username.js';
export { bearerToken } from './bearer.js';
export { firstIdAt, Ids, isId, WORKERS } from './ids.js';
export { KeyRing, type Mac } from './key-ring.js';
export { randomReference, typedReference } from './reference.js';
export { digest, isSameSecret, randomDigits, randomHex, randomToken } from './secrets.js';
export { signingKey } from './signing-secret.js';
export { isPlainText, maskAddress, withoutTrailing } from './text.js';
export { normaliseCode } from './typed-code.js';
export { EVENTS, type AccountEvent, type SessionEvent, type StampEvent } from './what-ends-when/events.js';
export { fatesAt, leftOpenAt, OUTLASTING, whatEndsWhen } from './what-ends-when/table.js';
export {
  ATTEMPT_PURPOSES,
  THINGS,
  type AttemptPurpose,
  type Credential,
  type Fates,
  type SessionFate,
  type Thing,
} from './what-ends-when/things.js';
