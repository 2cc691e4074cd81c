import type { AuthErrorCode } from '@app/kernel';

interface DfnsErrorEntry {
  status: number;
  /** What clients show: the SDK reads `error.message`. */
  message: string;
}

const NOT_AUTHORIZED = 'Not Authorized.';
const TOO_MANY = 'Too many requests.';

/** docs/protocols/dfns.md, "Errors". Never 202: clients take it for a pending policy. */
export const dfnsErrors = {
  malformed_request: { status: 400, message: 'The request body is not valid JSON.' },
  invalid_parameters: { status: 400, message: 'The request is not valid.' },
  body_too_large: { status: 413, message: 'The request body is too large.' },
  encoding_unsupported: { status: 415, message: 'The request body must not be compressed.' },
  path_unknown: { status: 404, message: 'Not Found.' },
  method_not_allowed: { status: 405, message: 'Method Not Allowed.' },
  credential_malformed: { status: 401, message: NOT_AUTHORIZED },
  session_not_found: { status: 401, message: NOT_AUTHORIZED },
  credentials_wrong: { status: 401, message: NOT_AUTHORIZED },
  account_not_activated: { status: 401, message: NOT_AUTHORIZED },
  account_disabled: { status: 401, message: NOT_AUTHORIZED },
  login_locked: { status: 429, message: TOO_MANY },
  code_wrong: { status: 401, message: 'The code is wrong, expired or spent.' },
  resend_too_soon: { status: 429, message: TOO_MANY },
  address_missing: { status: 409, message: 'The account has no address for this.' },
  attempt_not_found: { status: 404, message: 'There is no such attempt.' },
  code_expired: { status: 401, message: 'The code is wrong, expired or spent.' },
  guesses_spent: { status: 429, message: 'Too many wrong codes.' },
  origin_refused: { status: 403, message: 'Not from this site.' },
  password_weak: { status: 400, message: 'The password is too weak.' },
  email_taken: { status: 409, message: 'The e-mail address is taken.' },
  username_taken: { status: 409, message: 'The user name is taken.' },
  phone_taken: { status: 409, message: 'The phone number is taken.' },
  identifier_missing: { status: 400, message: 'An identifier is missing.' },
  email_invalid: { status: 400, message: 'This is no e-mail address.' },
  link_unknown: { status: 400, message: 'The link is not valid.' },
  link_expired: { status: 400, message: 'The link has expired.' },
  proof_stale: { status: 403, message: 'A fresh second factor is needed.' },
  not_permitted: { status: 403, message: 'Not permitted.' },
  factor_unavailable: { status: 409, message: 'This second factor is not available.' },
  not_found: { status: 404, message: 'There is no such thing.' },
  conflict: { status: 409, message: 'Not possible as things are.' },
  precondition_failed: { status: 412, message: 'It has been changed meanwhile.' },
  idempotency_key_invalid: { status: 400, message: 'The Idempotency-Key is not valid.' },
  idempotency_key_reused: { status: 422, message: 'Another request was made under this Idempotency-Key.' },
  idempotency_in_progress: { status: 409, message: 'The request under this Idempotency-Key is not done.' },
  too_many_requests: { status: 429, message: TOO_MANY },
  busy: { status: 429, message: TOO_MANY },
  provider_unavailable: { status: 503, message: 'The identity provider is not available.' },
  database_unavailable: { status: 503, message: 'The service is not available.' },
  unexpected: { status: 500, message: 'Internal Server Error' },
} satisfies Record<AuthErrorCode, DfnsErrorEntry>;
