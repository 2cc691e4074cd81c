import type { AuthError, AuthErrorCode } from '@app/kernel';
import type { Protocol } from './protocol.js';

const STATUS = {
  malformed_request: 400,
  invalid_parameters: 400,
  body_too_large: 413,
  encoding_unsupported: 415,
  path_unknown: 404,
  method_not_allowed: 405,
  credential_malformed: 401,
  session_not_found: 401,
  credentials_wrong: 401,
  account_not_activated: 403,
  account_disabled: 403,
  login_locked: 429,
  code_wrong: 401,
  resend_too_soon: 429,
  address_missing: 409,
  attempt_not_found: 404,
  code_expired: 401,
  guesses_spent: 429,
  origin_refused: 403,
  password_weak: 400,
  email_taken: 409,
  username_taken: 409,
  phone_taken: 409,
  identifier_missing: 400,
  email_invalid: 400,
  link_unknown: 400,
  link_expired: 400,
  proof_stale: 403,
  not_permitted: 403,
  factor_unavailable: 409,
  too_many_requests: 429,
  busy: 429,
  provider_unavailable: 503,
  database_unavailable: 503,
  unexpected: 500,
} satisfies Record<AuthErrorCode, number>;

/** The service's own pages and unknown paths: HTTP's statuses and the error's code. */
export const plain: Protocol = {
  name: 'plain',
  prefixes: [],
  renderError: (error: AuthError) => ({
    status: STATUS[error.code],
    body: { statusCode: STATUS[error.code], error: error.code },
  }),
  pages: true,
  validation: { whitelist: true, transform: true },
  bodies: { json: ['application/json'], form: true },
};
