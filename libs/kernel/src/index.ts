export { AuthError, type AuthErrorCode, type AuthErrorDetails, type InvalidParameter } from './auth-error.js';
export type { RequestContext, Client } from './call.js';
export { Clock, SystemClock, plusSeconds, secondsUntil } from './clock.js';
export { normaliseIdentifier, type Identifier } from './identifier.js';
export { Ids, WORKERS } from './ids.js';
export { KeyRing, type Mac } from './key-ring.js';
export { digest, randomDigits, randomHex, randomToken } from './secrets.js';
export { isPlainText, maskAddress, withoutTrailing } from './text.js';
export { normaliseCode } from './typed-code.js';
