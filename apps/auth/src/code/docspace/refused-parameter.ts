import { AuthError } from '@app/kernel';

/** One field that cannot be meant, and why. */
export function refusedParameter(parameter: string, error: string): AuthError {
  return new AuthError('invalid_parameters', { parameters: [{ parameter, error }] });
}
