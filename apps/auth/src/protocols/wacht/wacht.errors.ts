import type { AuthErrorCode } from '@app/kernel';

export interface WachtErrorEntry {
  status: number;
  code: string;
  message: string;
}

const VALIDATION = 'VALIDATION_ERROR';
const LIMITED = 'RATE_LIMIT_EXCEEDED';
const SPENT = 'TOO_MANY_ATTEMPTS';

/** docs/protocols/wacht.md, "Errors". */
export const wachtErrors = {
  malformed_request: { status: 400, code: VALIDATION, message: 'The request body cannot be read' },
  invalid_parameters: { status: 400, code: VALIDATION, message: 'Invalid parameters' },
  body_too_large: { status: 413, code: 'PAYLOAD_TOO_LARGE', message: 'The request body is too large' },
  encoding_unsupported: {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The request body must not be compressed',
  },
  path_unknown: { status: 404, code: 'NOT_FOUND', message: 'Not found' },
  method_not_allowed: { status: 405, code: 'METHOD_NOT_ALLOWED', message: 'Method not allowed' },
  credential_malformed: { status: 401, code: 'NOT_AUTHENTICATED', message: 'Not authenticated' },
  session_not_found: { status: 401, code: 'NOT_AUTHENTICATED', message: 'Not authenticated' },
  credentials_wrong: { status: 401, code: 'INVALID_CREDENTIALS', message: 'Invalid credentials' },
  account_not_activated: { status: 401, code: 'INVALID_CREDENTIALS', message: 'Invalid credentials' },
  account_disabled: { status: 403, code: 'USER_DISABLED', message: 'This account is disabled' },
  login_locked: { status: 429, code: SPENT, message: 'Too many attempts' },
  code_wrong: { status: 400, code: 'INVALID_CODE', message: 'Invalid verification code' },
  code_expired: { status: 400, code: 'EXPIRED_CODE', message: 'Verification code expired' },
  attempt_not_found: { status: 400, code: 'INVALID_ATTEMPT', message: 'Invalid attempt' },
  guesses_spent: { status: 429, code: SPENT, message: 'Too many attempts' },
  resend_too_soon: { status: 429, code: LIMITED, message: 'Rate limit exceeded' },
  address_missing: { status: 400, code: 'MISSING_CONTACT_INFO', message: 'Missing contact information' },
  origin_refused: {
    status: 403,
    code: 'ORIGIN_NOT_ALLOWED',
    message: 'This origin may not call the service',
  },
  password_weak: { status: 400, code: 'WEAK_PASSWORD', message: 'The password is too weak' },
  email_taken: { status: 409, code: 'USER_EXISTS', message: 'An account with this e-mail address exists' },
  username_taken: { status: 409, code: 'USERNAME_TAKEN', message: 'This user name is taken' },
  phone_taken: { status: 409, code: 'PHONE_EXISTS', message: 'An account with this phone number exists' },
  identifier_missing: {
    status: 400,
    code: 'MISSING_IDENTIFIER',
    message: 'Either email or username is needed',
  },
  email_invalid: { status: 400, code: 'INVALID_EMAIL', message: 'This is no e-mail address' },
  link_unknown: { status: 400, code: 'INVALID_TOKEN', message: 'Invalid token' },
  link_expired: { status: 400, code: 'EXPIRED_TOKEN', message: 'Token expired' },
  proof_stale: { status: 403, code: 'FORBIDDEN', message: 'A fresh second factor is needed.' },
  not_permitted: { status: 403, code: 'FORBIDDEN', message: 'Not permitted' },
  factor_unavailable: { status: 403, code: 'FORBIDDEN', message: 'This second factor is not available' },
  not_found: { status: 404, code: 'NOT_FOUND', message: 'Not found' },
  conflict: { status: 409, code: 'CONFLICT', message: 'Not possible as things are' },
  precondition_failed: { status: 412, code: 'CONFLICT', message: 'It has been changed meanwhile' },
  idempotency_key_invalid: { status: 400, code: VALIDATION, message: 'The Idempotency-Key is not valid' },
  idempotency_key_reused: {
    status: 422,
    code: 'IDEMPOTENCY_KEY_REUSED',
    message: 'Another request was made under this Idempotency-Key',
  },
  idempotency_in_progress: {
    status: 409,
    code: 'IDEMPOTENCY_CONFLICT',
    message: 'The request under this Idempotency-Key is not done',
  },
  too_many_requests: { status: 429, code: LIMITED, message: 'Rate limit exceeded' },
  busy: { status: 429, code: LIMITED, message: 'Rate limit exceeded' },
  provider_unavailable: {
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The identity provider is not available',
  },
  database_unavailable: { status: 503, code: 'SERVICE_UNAVAILABLE', message: 'The service is not available' },
  unexpected: { status: 500, code: 'INTERNAL_ERROR', message: 'Internal error' },
} satisfies Record<AuthErrorCode, WachtErrorEntry>;
