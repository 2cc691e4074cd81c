import { applyDecorators } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiForbiddenResponse,
  ApiInternalServerErrorResponse,
  ApiResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { AuthErrorCode } from '@app/kernel';
import { UseProtocol } from '../use-protocol.decorator.js';
import { DfnsErrorResponse } from './dfns-error.dto.js';
import { dfnsErrors } from './dfns.errors.js';
import { dfns } from './dfns.protocol.js';

/** The name of the bearer token in the OpenAPI document. */
export const DFNS_TOKEN = 'dfnsToken';

/** A controller of this protocol: its strictness, its error words, and what every call of it may answer. */
export function DfnsApi(): ClassDecorator {
  return applyDecorators(
    UseProtocol(dfns),
    ApiBadRequestResponse({
      type: DfnsErrorResponse,
      ...example('A property is missing, wrong or unknown.', 'invalid_parameters'),
    }),
    ApiResponse({
      status: 413,
      type: DfnsErrorResponse,
      ...example('The body is larger than 64 KiB.', 'body_too_large'),
    }),
    ApiResponse({
      status: 415,
      type: DfnsErrorResponse,
      ...example('The body is compressed.', 'encoding_unsupported'),
    }),
    ApiResponse({
      status: 429,
      type: DfnsErrorResponse,
      headers: RETRY_AFTER,
      ...example('More than 100 calls in a minute.', 'too_many_requests'),
    }),
    ApiInternalServerErrorResponse({ type: DfnsErrorResponse, ...example('Unexpected.', 'unexpected') }),
    ApiResponse({
      status: 503,
      type: DfnsErrorResponse,
      ...example('The database is out of reach.', 'database_unavailable'),
    }),
  );
}

/** The call can be refused with 401, for this reason. */
export function DfnsUnauthorized(description: string, code: AuthErrorCode): MethodDecorator {
  return ApiUnauthorizedResponse({ type: DfnsErrorResponse, ...example(description, code) });
}

/** The call can be refused with 403, for this reason. */
export function DfnsForbidden(description: string, code: AuthErrorCode): MethodDecorator {
  return ApiForbiddenResponse({ type: DfnsErrorResponse, ...example(description, code) });
}

/** The call needs a token: the temporary one of an `init`, or that of a login. */
export const NeedsDfnsToken = () => ApiBearerAuth(DFNS_TOKEN);

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until the call can succeed.', schema: { type: 'integer' } },
} as const;

function example(description: string, code: AuthErrorCode) {
  return { description, example: { error: { id: code, ...dfnsErrors[code], details: {} } } };
}
