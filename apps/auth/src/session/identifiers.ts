import { AuthError, identify, identifyAs, phoneNumber, storedEmail, type Identifier } from '@app/kernel';
import type { SignInRequest } from './sign-in.service.js';
import type { SignUpRequest } from './sign-up.service.js';
import type { AttemptReference } from './verify.service.js';
import type {
  WachtAttemptRequest,
  WachtAvailabilityRequest,
  WachtSignInRequest,
  WachtSignUpRequest,
} from './session.dto.js';

/**
 * A user name, or a phone, which no user name looks like: whoever signed up with a phone alone has a password too, and it is the way in
 * that stays when somebody else has used up the texts and the guesses of that phone.
 */
function nameOf(text: string): Identifier {
  const name = identify(text);
  return name.kind === 'phone' ? name : identifyAs('username', text);
}

export function toSignIn({
  strategy,
  email,
  username,
  phone_number,
  password,
}: WachtSignInRequest): SignInRequest {
  const method = strategy;
  if (method === 'plain_username') return { method, identifier: nameOf(username ?? ''), password };
  if (method === 'phone_otp') return { method, identifier: identifyAs('phone', phone_number ?? '') };
  return {
    method,
    identifier: identifyAs('email', email ?? ''),
    ...(method === 'plain_email' && { password }),
  };
}

export function toSignUp(
  { email, username, phone_number, password, first_name, last_name }: WachtSignUpRequest,
  language: string,
): SignUpRequest {
  return {
    password,
    language,
    ...(email !== undefined && { email: identifyAs('email', email).value }),
    ...(username !== undefined && { username: identifyAs('username', username).value }),
    ...(phone_number !== undefined && { phone: phoneNumber(phone_number) }),
    firstName: first_name,
    lastName: last_name,
  };
}

export function toAttempt({ signin_attempt_id, signup_attempt_id }: WachtAttemptRequest): AttemptReference {
  if (signin_attempt_id !== undefined && signup_attempt_id !== undefined) {
    const error = 'only one of signin_attempt_id and signup_attempt_id may be given';
    throw new AuthError('invalid_parameters', { parameters: [{ parameter: 'signin_attempt_id', error }] });
  }
  return signup_attempt_id === undefined
    ? { kind: 'sign_in', id: signin_attempt_id ?? '' }
    : { kind: 'sign_up', id: signup_attempt_id };
}

export function toIdentifier({ email, username }: WachtAvailabilityRequest): Identifier {
  if (email === undefined && username === undefined) throw new AuthError('identifier_missing');
  if (email === undefined) return identifyAs('username', username ?? '');
  if (storedEmail(email) === undefined) throw new AuthError('email_invalid');
  return identifyAs('email', email);
}
