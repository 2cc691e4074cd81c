/**
 * Every way the core refuses, as a state and not as blame. Each protocol owns a table
 * `satisfies Record<AuthErrorCode, …>`, so a new code does not compile until all of them can say it.
 */
export type AuthErrorCode =
  | 'malformed_request'
  | 'invalid_parameters'
  | 'body_too_large'
  | 'encoding_unsupported'
  | 'path_unknown'
  | 'method_not_allowed'
  | 'credential_malformed'
  | 'session_not_found'
  | 'credentials_wrong'
  | 'account_not_activated'
  | 'account_disabled'
  | 'login_locked'
  | 'code_wrong'
  | 'resend_too_soon'
  | 'address_missing'
  | 'attempt_not_found'
  | 'code_expired'
  | 'guesses_spent'
  | 'origin_refused'
  | 'password_weak'
  | 'email_taken'
  | 'username_taken'
  | 'phone_taken'
  | 'identifier_missing'
  | 'email_invalid'
  | 'link_unknown'
  | 'link_expired'
  | 'proof_stale'
  | 'not_permitted'
  | 'factor_unavailable'
  | 'not_found'
  | 'conflict'
  | 'precondition_failed'
  | 'idempotency_key_invalid'
  | 'idempotency_key_reused'
  | 'idempotency_in_progress'
  | 'too_many_requests'
  | 'busy'
  | 'provider_unavailable'
  | 'database_unavailable'
  | 'unexpected';

/** One parameter that did not pass, in words a client developer can act on. */
export interface InvalidParameter {
  parameter: string;
  error: string;
}

export interface AuthErrorDetails {
  /** Whole seconds, at least 1, until the same call can succeed; becomes `Retry-After`. */
  retryAfterSeconds?: number;
  /** Whole seconds of the waiting time that applies, of which `retryAfterSeconds` remain. */
  waitSeconds?: number;
  parameters?: InvalidParameter[];
  /** What an operator is told of it, as it is. */
  sentence?: string;
  /** Methods the path does answer; becomes `Allow`. */
  allow?: string[];
}

/**
 * The only error the core throws. It carries no status and no public sentence: how a protocol says it is
 * the protocol's business, and what it does not say never leaves the process.
 */
export class AuthError extends Error {
  constructor(
    readonly code: AuthErrorCode,
    readonly details: AuthErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(code, options);
    this.name = 'AuthError';
  }
}
