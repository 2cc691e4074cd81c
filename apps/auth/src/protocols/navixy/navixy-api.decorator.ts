import { applyDecorators } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiForbiddenResponse,
  ApiInternalServerErrorResponse,
  ApiResponse,
  ApiSecurity,
} from '@nestjs/swagger';
import type { AuthErrorCode } from '@app/kernel';
import { UseProtocol } from '../use-protocol.decorator.js';
import { NavixyErrorResponse } from './navixy-error.dto.js';
import { navixyErrors } from './navixy.errors.js';
import { navixy } from './navixy.protocol.js';

/** The name of the credential in the OpenAPI document. */
export const NAVIXY_HASH = 'navixyHash';

/** A controller of this protocol: its strictness, its error words, and what every call of it may answer. */
export function NavixyApi(): ClassDecorator {
  return applyDecorators(
    UseProtocol(navixy),
    ApiResponse({
      status: 412,
      type: NavixyErrorResponse,
      ...example('The body is larger than 64 KiB.', 'body_too_large'),
    }),
    ApiResponse({
      status: 415,
      type: NavixyErrorResponse,
      ...example('The body is compressed.', 'encoding_unsupported'),
    }),
    ApiResponse({
      status: 429,
      type: NavixyErrorResponse,
      headers: RETRY_AFTER,
      ...example('Too many requests.', 'too_many_requests'),
    }),
    ApiInternalServerErrorResponse({ type: NavixyErrorResponse, ...example('Unexpected.', 'unexpected') }),
    ApiResponse({
      status: 503,
      type: NavixyErrorResponse,
      ...example('The database is out of reach.', 'database_unavailable'),
    }),
  );
}

/** The refusals of one call with HTTP 400, and with 403 where there are any, each as an example. */
export function NavixyErrors(...codes: AuthErrorCode[]): MethodDecorator {
  const of = (status: number) => codes.filter((code) => navixyErrors[code].status === status);
  const refused = of(403);
  return applyDecorators(
    ApiBadRequestResponse({
      type: NavixyErrorResponse,
      description: 'Refused.',
      examples: examples(of(400)),
    }),
    ...(refused.length
      ? [
          ApiForbiddenResponse({
            type: NavixyErrorResponse,
            description: 'Blocked.',
            examples: examples(refused),
          }),
        ]
      : []),
  );
}

/** The call needs the session hash. */
export const NeedsNavixyHash = () => ApiSecurity(NAVIXY_HASH);

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until the call can succeed.', schema: { type: 'integer' } },
} as const;

function body(code: AuthErrorCode) {
  const { code: number, description } = navixyErrors[code];
  return { success: false, status: { code: number, description } };
}

function example(description: string, code: AuthErrorCode) {
  return { description, example: body(code) };
}

function examples(codes: AuthErrorCode[]) {
  return Object.fromEntries(
    codes.map((code) => [code, { summary: navixyErrors[code].description, value: body(code) }]),
  );
}
