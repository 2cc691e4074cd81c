import type { AuthErrorCode } from '@app/kernel';

interface NavixyErrorEntry {
  /** The protocol's own number; its clients read this and not the HTTP status. */
  code: number;
  description: string;
  status: number;
}

/** docs/protocols/navixy.md, "Errors". A number that the protocol does not list goes with HTTP 400. */
export const navixyErrors = {
  malformed_request: { code: 5, description: 'Wrong request format', status: 400 },
  invalid_parameters: { code: 7, description: 'Invalid parameters', status: 400 },
  body_too_large: { code: 9, description: 'Request entity too large', status: 412 },
  encoding_unsupported: { code: 5, description: 'Wrong request format', status: 415 },
  path_unknown: { code: 111, description: 'Wrong handler', status: 400 },
  method_not_allowed: { code: 112, description: 'Wrong method', status: 400 },
  credential_malformed: { code: 3, description: 'Wrong hash', status: 400 },
  session_not_found: { code: 4, description: 'User or API key not found or session ended', status: 400 },
  credentials_wrong: { code: 102, description: 'Wrong login or password', status: 400 },
  account_not_activated: { code: 103, description: 'User not activated', status: 400 },
  account_disabled: { code: 208, description: 'Account blocked', status: 403 },
  login_locked: { code: 105, description: 'Login attempts limit exceeded, try again later', status: 400 },
  code_wrong: { code: 282, description: 'Wrong authentication code', status: 400 },
  resend_too_soon: { code: 15, description: 'Too many requests', status: 429 },
  address_missing: { code: 209, description: 'Failed sending email', status: 400 },
  attempt_not_found: { code: 7, description: 'Invalid parameters', status: 400 },
  code_expired: { code: 282, description: 'Wrong authentication code', status: 400 },
  guesses_spent: { code: 15, description: 'Too many requests', status: 429 },
  origin_refused: { code: 11, description: 'Access denied', status: 403 },
  password_weak: { code: 7, description: 'Invalid parameters', status: 400 },
  email_taken: { code: 7, description: 'Invalid parameters', status: 400 },
  username_taken: { code: 7, description: 'Invalid parameters', status: 400 },
  phone_taken: { code: 7, description: 'Invalid parameters', status: 400 },
  identifier_missing: { code: 7, description: 'Invalid parameters', status: 400 },
  email_invalid: { code: 7, description: 'Invalid parameters', status: 400 },
  link_unknown: { code: 7, description: 'Invalid parameters', status: 400 },
  link_expired: { code: 7, description: 'Invalid parameters', status: 400 },
  proof_stale: { code: 13, description: 'Operation not permitted', status: 403 },
  not_permitted: { code: 13, description: 'Operation not permitted', status: 403 },
  factor_unavailable: { code: 13, description: 'Operation not permitted', status: 403 },
  not_found: { code: 7, description: 'Invalid parameters', status: 400 },
  conflict: { code: 13, description: 'Operation not permitted', status: 403 },
  precondition_failed: { code: 13, description: 'Operation not permitted', status: 403 },
  idempotency_key_invalid: { code: 7, description: 'Invalid parameters', status: 400 },
  idempotency_key_reused: {
    code: 7,
    description: 'Another request was made under this Idempotency-Key',
    status: 422,
  },
  idempotency_in_progress: {
    code: 15,
    description: 'The request under this Idempotency-Key is not done',
    status: 409,
  },
  too_many_requests: { code: 15, description: 'Too many requests', status: 429 },
  busy: { code: 15, description: 'Too many requests', status: 429 },
  provider_unavailable: { code: 14, description: 'Identity provider unavailable', status: 503 },
  database_unavailable: { code: 14, description: 'Database unavailable', status: 503 },
  unexpected: { code: 6, description: 'Unexpected error', status: 500 },
} satisfies Record<AuthErrorCode, NavixyErrorEntry>;
