import type { AuthError, AuthErrorCode } from '@app/kernel';
import { plain } from '../plain.protocol.js';
import type { Protocol, RenderedError } from '../protocol.js';
import type { AdminProblem } from './admin-problem.dto.js';

const TITLES = {
  malformed_request: 'The request cannot be read',
  invalid_parameters: 'A parameter is not as it has to be',
  body_too_large: 'The body is too large',
  encoding_unsupported: 'The body is compressed',
  path_unknown: 'There is no such path',
  method_not_allowed: 'The path does not answer this method',
  credential_malformed: 'A service key is missing',
  session_not_found: 'The service key is good for nothing',
  credentials_wrong: 'The credentials are wrong',
  account_not_activated: 'The account is not activated',
  account_disabled: 'The account is disabled',
  login_locked: 'The login is locked',
  code_wrong: 'The code is wrong',
  resend_too_soon: 'It is too soon to send again',
  address_missing: 'The account has no such address',
  attempt_not_found: 'There is no such attempt',
  code_expired: 'The code has expired',
  guesses_spent: 'There were too many guesses',
  origin_refused: 'Not from this site',
  password_weak: 'The password is too weak',
  email_taken: 'The e-mail address is taken',
  username_taken: 'The user name is taken',
  phone_taken: 'The phone number is taken',
  identifier_missing: 'A name is missing',
  email_invalid: 'This is no e-mail address',
  link_unknown: 'There is no such link',
  link_expired: 'The link has expired',
  proof_stale: 'A fresh proof is needed',
  not_permitted: 'The service key has not the scope that this takes',
  factor_unavailable: 'This second factor is not available',
  not_found: 'There is no such thing',
  conflict: 'Not possible as things are',
  precondition_failed: 'It has been changed meanwhile',
  idempotency_key_invalid: 'The Idempotency-Key is not valid',
  idempotency_key_reused: 'Another request was made under this Idempotency-Key',
  idempotency_in_progress: 'The request under this Idempotency-Key is not done',
  too_many_requests: 'Too many requests',
  busy: 'The service is busy',
  provider_unavailable: 'A provider is not available',
  database_unavailable: 'The service is not available',
  unexpected: 'Something went wrong',
} satisfies Record<AuthErrorCode, string>;

export const PROBLEM_JSON = 'application/problem+json';
const TYPES = 'urn:countersign:problem:';
/** What RFC 6750 §3.1 calls it. */
const CHALLENGES: Partial<Record<AuthErrorCode, string>> = {
  session_not_found: ', error="invalid_token"',
  not_permitted: ', error="insufficient_scope"',
};

/** Administration by programs: JSON in and out, nothing that is not known is taken, and refusals are problems (RFC 9457). */
export const admin: Protocol = {
  name: 'admin',
  prefixes: ['/admin'],
  renderError: renderProblem,
  validation: { whitelist: true, forbidNonWhitelisted: true, transform: true },
  bodies: { json: ['application/json', 'application/merge-patch+json'], form: false },
};

export function renderProblem({ code, details }: Pick<AuthError, 'code' | 'details'>): RenderedError {
  const { status } = plain.renderError({ code, details } as AuthError);
  const { sentence, parameters } = details;
  const body: AdminProblem = {
    type: `${TYPES}${code}`,
    title: TITLES[code],
    status,
    ...(sentence !== undefined && { detail: sentence }),
    ...(parameters && { errors: parameters.map(({ parameter, error }) => ({ parameter, detail: error })) }),
  };
  const challenge = { 'WWW-Authenticate': `Bearer realm="countersign"${CHALLENGES[code] ?? ''}` };
  return {
    status,
    body,
    headers: { 'Content-Type': PROBLEM_JSON, ...([401, 403].includes(status) && challenge) },
  };
}
