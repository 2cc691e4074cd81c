import type { AuthErrorCode } from '@app/kernel';

interface YatErrorEntry {
  status: number;
  /** For people; clients act on the status and on `fields`. */
  error: string;
  /** The field that is to blame, and the code clients know the complaint by. */
  field?: { name: string; code: string };
}

const INVALID_TOKEN = 'Token not found or invalid';
const taken = (name: string) => ({
  status: 422,
  error: 'Duplicate record',
  field: { name, code: 'uniqueness' },
});

/** docs/protocols/yat.md, "Errors". */
export const yatErrors = {
  malformed_request: { status: 400, error: 'The request is not in the expected format' },
  invalid_parameters: { status: 422, error: 'Validation error' },
  body_too_large: { status: 413, error: 'The request is too large' },
  encoding_unsupported: { status: 415, error: 'The request must not be compressed' },
  path_unknown: { status: 404, error: 'Not found' },
  method_not_allowed: { status: 405, error: 'Method not allowed' },
  credential_malformed: { status: 401, error: INVALID_TOKEN },
  session_not_found: { status: 401, error: INVALID_TOKEN },
  credentials_wrong: { status: 401, error: 'Wrong login or password' },
  account_not_activated: { status: 403, error: 'The e-mail address of the account has not been proven' },
  account_disabled: { status: 401, error: 'The account is disabled' },
  login_locked: { status: 429, error: 'Too many wrong passwords' },
  code_wrong: { status: 401, error: 'Wrong code' },
  resend_too_soon: { status: 429, error: 'Too many requests' },
  address_missing: { status: 422, error: 'The account has no address for this' },
  attempt_not_found: { status: 401, error: 'Wrong code' },
  code_expired: { status: 401, error: 'Wrong code' },
  guesses_spent: { status: 401, error: 'Wrong code' },
  origin_refused: { status: 403, error: 'Not from this site' },
  password_weak: { status: 422, error: 'Validation error', field: { name: 'password', code: 'weak' } },
  email_taken: taken('email'),
  username_taken: taken('alternate_id'),
  phone_taken: taken('phone'),
  identifier_missing: { status: 422, error: 'Validation error', field: { name: 'email', code: 'required' } },
  email_invalid: { status: 422, error: 'Validation error', field: { name: 'email', code: 'email' } },
  link_unknown: { status: 401, error: INVALID_TOKEN },
  link_expired: { status: 401, error: INVALID_TOKEN },
  proof_stale: { status: 424, error: 'A fresh second factor is needed' },
  not_permitted: { status: 403, error: 'Not permitted' },
  factor_unavailable: { status: 422, error: 'This second factor is not available' },
  not_found: { status: 404, error: 'Not found' },
  conflict: { status: 409, error: 'Not possible as things are' },
  precondition_failed: { status: 412, error: 'It has been changed meanwhile' },
  idempotency_key_invalid: { status: 400, error: 'The Idempotency-Key is not valid' },
  idempotency_key_reused: { status: 422, error: 'Another request was made under this Idempotency-Key' },
  idempotency_in_progress: { status: 409, error: 'The request under this Idempotency-Key is not done' },
  too_many_requests: { status: 429, error: 'Too many requests' },
  busy: { status: 429, error: 'Too many requests' },
  provider_unavailable: { status: 503, error: 'The identity provider is not available' },
  database_unavailable: { status: 503, error: 'The service is not available' },
  unexpected: { status: 500, error: 'Internal server error' },
} satisfies Record<AuthErrorCode, YatErrorEntry>;
