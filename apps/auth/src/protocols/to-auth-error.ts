import { HttpException, HttpStatus, type ValidationError } from '@nestjs/common';
import { AuthError, type AuthErrorCode, type InvalidParameter } from '@app/kernel';

const BY_STATUS: Partial<Record<number, AuthErrorCode>> = {
  [HttpStatus.NOT_FOUND]: 'path_unknown',
  [HttpStatus.METHOD_NOT_ALLOWED]: 'method_not_allowed',
  [HttpStatus.PAYLOAD_TOO_LARGE]: 'body_too_large',
  [HttpStatus.TOO_MANY_REQUESTS]: 'too_many_requests',
};

/** Whatever was thrown, as the core would have said it: Nest's, Express's and the body parser's errors included. */
export function toAuthError(thrown: unknown): AuthError {
  if (thrown instanceof AuthError) return thrown;
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusOf(thrown);
  const clientsFault = status >= 400 && status < 500;
  const code = BY_STATUS[status] ?? (clientsFault ? 'malformed_request' : 'unexpected');
  return new AuthError(code, {}, { cause: thrown });
}

/** `http-errors`, which Express and its body parser throw, carry their status and say whether it may be shown. */
function statusOf(thrown: unknown): number {
  const { status, expose } = (thrown ?? {}) as { status?: unknown; expose?: unknown };
  return typeof status === 'number' && expose === true ? status : 500;
}

/** The validation pipe's findings: each parameter once, with its first complaint; a nested one with its path. */
export function toInvalidParameters(errors: ValidationError[]): AuthError {
  return new AuthError('invalid_parameters', {
    parameters: errors.flatMap((error) => complaints(error, '')),
  });
}

function complaints({ property, constraints, children }: ValidationError, path: string): InvalidParameter[] {
  if (children?.length) return children.flatMap((child) => complaints(child, `${path}${property}.`));
  return [{ parameter: path + property, error: Object.values(constraints ?? {})[0] ?? 'is invalid' }];
}
