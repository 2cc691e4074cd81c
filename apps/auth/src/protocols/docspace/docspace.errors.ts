import type { AuthErrorCode } from '@app/kernel';

interface DocspaceErrorEntry {
  status: number;
  message: string;
}

const EMPTY = 'userName, password or passworHash is empty';
const FAILED = 'User authentication failed';
const UNAVAILABLE = 'Auth code is not available';
const LIMITED = 'Too many login attempts. Please try again later';
const DENIED = 'Access denied';

/** docs/protocols/docspace.md, "Errors". */
export const docspaceErrors = {
  malformed_request: { status: 400, message: 'The request body cannot be read' },
  invalid_parameters: { status: 400, message: EMPTY },
  body_too_large: { status: 413, message: 'The request body is too large' },
  encoding_unsupported: { status: 415, message: 'The request body must not be compressed' },
  path_unknown: { status: 404, message: 'The record could not be found' },
  method_not_allowed: { status: 405, message: 'Method not allowed' },
  credential_malformed: { status: 401, message: FAILED },
  session_not_found: { status: 401, message: FAILED },
  credentials_wrong: { status: 401, message: FAILED },
  account_not_activated: { status: 403, message: UNAVAILABLE },
  account_disabled: { status: 403, message: UNAVAILABLE },
  login_locked: { status: 429, message: LIMITED },
  code_wrong: { status: 401, message: FAILED },
  resend_too_soon: { status: 429, message: LIMITED },
  address_missing: { status: 403, message: UNAVAILABLE },
  attempt_not_found: { status: 403, message: UNAVAILABLE },
  code_expired: { status: 401, message: FAILED },
  guesses_spent: { status: 429, message: LIMITED },
  origin_refused: { status: 403, message: DENIED },
  password_weak: { status: 400, message: 'The password is too weak' },
  email_taken: { status: 400, message: 'The e-mail address is taken' },
  username_taken: { status: 400, message: 'The user name is taken' },
  phone_taken: { status: 400, message: 'The phone number is taken' },
  identifier_missing: { status: 400, message: EMPTY },
  email_invalid: { status: 400, message: 'The e-mail address is invalid' },
  link_unknown: { status: 401, message: FAILED },
  link_expired: { status: 401, message: FAILED },
  proof_stale: { status: 403, message: DENIED },
  not_permitted: { status: 403, message: DENIED },
  factor_unavailable: { status: 405, message: 'This second factor is not available' },
  not_found: { status: 404, message: 'The required resource was not found' },
  conflict: { status: 409, message: DENIED },
  precondition_failed: { status: 412, message: DENIED },
  idempotency_key_invalid: { status: 400, message: 'The Idempotency-Key is not valid' },
  idempotency_key_reused: { status: 422, message: 'Another request was made under this Idempotency-Key' },
  idempotency_in_progress: { status: 409, message: 'The request under this Idempotency-Key is not done' },
  too_many_requests: { status: 429, message: LIMITED },
  busy: { status: 429, message: LIMITED },
  provider_unavailable: { status: 503, message: 'The identity provider is not available' },
  database_unavailable: { status: 503, message: 'The service is not available' },
  unexpected: { status: 500, message: 'Internal server error' },
} satisfies Record<AuthErrorCode, DocspaceErrorEntry>;
