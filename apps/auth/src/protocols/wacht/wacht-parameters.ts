import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';

type Parameters = Record<string, unknown>;

const OLD_NAMES = { verification_code: 'code', phone: 'phone_number' } as const;
const METHODS: Record<string, string> = { email_otp: 'email', magic_link: 'email', phone_otp: 'sms' };

/**
 * The call's parameters in the one spelling that the DTOs know, whichever the client used: those of the body, else those
 * of the query; `verification_code` is `code`, and `attempt_identifier` with `identifier_type` is the attempt's id.
 */
export const WachtParameters = createParamDecorator((_: unknown, context: ExecutionContext): Parameters => {
  const request = context.switchToHttp().getRequest<Request>();
  if (Array.isArray(request.body)) throw new AuthError('malformed_request');
  return inOneSpelling({ ...request.query, ...(request.body as Parameters | undefined) });
});

/** Whether the client spells the attempt in the query, and so expects the answers that go with it. */
export const SpelledInQuery = createParamDecorator((_: unknown, context: ExecutionContext): boolean => {
  const { query } = context.switchToHttp().getRequest<Request>();
  return query.attempt_identifier !== undefined;
});

function inOneSpelling(given: Parameters): Parameters {
  const parameters: Parameters = { ...given };
  for (const [old, name] of Object.entries(OLD_NAMES)) parameters[name] ??= given[old];
  if (given.attempt_identifier !== undefined) {
    const isSignUp = given.identifier_type === 'signup';
    const isKnown = isSignUp || given.identifier_type === 'signin';
    parameters[isSignUp ? 'signup_attempt_id' : 'signin_attempt_id'] ??= isKnown
      ? given.attempt_identifier
      : null;
  }
  if (typeof given.strategy === 'string' && Object.hasOwn(METHODS, given.strategy))
    parameters.method ??= METHODS[given.strategy];
  return parameters;
}
