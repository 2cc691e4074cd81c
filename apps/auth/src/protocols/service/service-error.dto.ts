/** Every refusal of the calls of services (RFC 6749 §5.2). */
export class ServiceErrorResponse {
  /** @example 'invalid_request' */
  error: string;
  /** For developers. @example 'token must be a string' */
  error_description?: string;
}
