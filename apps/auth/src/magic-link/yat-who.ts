import { AuthError, identify } from '@app/kernel';
import type { Proof } from './link-exchange.service.js';
import type { Who } from './recipients.js';

interface Named {
  email?: string;
  alternate_id?: string;
  user_id?: string;
}

/** Whom a request names. */
export function whoOf({ email, alternate_id, user_id }: Named): Who {
  const name = email ?? alternate_id;
  if (name !== undefined) return identify(name);
  if (user_id !== undefined) return { kind: 'uuid', value: user_id.toLowerCase() };
  throw new AuthError('identifier_missing');
}

interface ProofFields extends Named {
  token?: string;
  exchange_code?: string;
  code?: string;
}

/** Which of its proofs a request brings. */
export function proofOf({ token, exchange_code, code, ...named }: ProofFields): Proof {
  if (token !== undefined) return { linkToken: token };
  if (exchange_code !== undefined) return { exchangeCode: exchange_code };
  if (code !== undefined) return { who: whoOf(named), code };
  const error = 'token, exchange_code or code is needed';
  throw new AuthError('invalid_parameters', { parameters: [{ parameter: 'code', error }] });
}
