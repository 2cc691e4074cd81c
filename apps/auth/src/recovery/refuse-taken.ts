import { violatedConstraint } from '@app/database';
import { AuthError } from '@app/kernel';

const UNIQUE = ['credentials_fido2', 'credentials_active'];

/** For a statement that stores keys: one with an id that is in use is refused, and nothing is done. */
export function refuseTaken(error: unknown): never {
  if (!UNIQUE.includes(violatedConstraint(error) ?? '')) throw error;
  throw new AuthError('invalid_parameters', {
    parameters: [{ parameter: 'credId', error: 'credId is in use' }],
  });
}
