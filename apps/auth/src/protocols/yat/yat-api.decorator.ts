import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse } from '@nestjs/swagger';
import type { AuthErrorCode } from '@app/kernel';
import { NoStoreInterceptor } from '../no-store.interceptor.js';
import { UseProtocol } from '../use-protocol.decorator.js';
import { YatErrorResponse } from './yat-error.dto.js';
import { yatErrors } from './yat.errors.js';
import { renderYatError, yat } from './yat.protocol.js';

/** The name of the credential in the OpenAPI document. */
export const YAT_BEARER = 'yatBearer';

const EVERYWHERE: AuthErrorCode[] = [
  'malformed_request',
  'body_too_large',
  'encoding_unsupported',
  'too_many_requests',
  'unexpected',
  'database_unavailable',
];

/** A controller of this protocol: its strictness, its error words, and what every call of it may answer. */
export function YatApi(): ClassDecorator {
  return applyDecorators(UseProtocol(yat), UseInterceptors(NoStoreInterceptor), ...responses(EVERYWHERE));
}

/** The refusals of one call, each as an example of its status. */
export function YatErrors(...codes: AuthErrorCode[]): MethodDecorator {
  return applyDecorators(...responses(codes));
}

/** The call needs an access token. */
export const NeedsYatToken = () => ApiBearerAuth(YAT_BEARER);

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until the call can succeed.', schema: { type: 'integer' } },
} as const;

function responses(codes: AuthErrorCode[]) {
  const statuses = [...new Set(codes.map((code) => yatErrors[code].status))];
  return statuses.map((status) => {
    const said = codes.filter((code) => yatErrors[code].status === status);
    const description = [...new Set(said.map((code) => yatErrors[code].error))].join('. ');
    const examples = Object.fromEntries(
      said.map((code) => [code, { summary: yatErrors[code].error, value: bodyOf(code) }]),
    );
    return ApiResponse({
      status,
      description,
      type: YatErrorResponse,
      examples,
      ...(status === 429 && { headers: RETRY_AFTER }),
    });
  });
}

function bodyOf(code: AuthErrorCode): YatErrorResponse {
  return renderYatError({ code, details: {} }).body as YatErrorResponse;
}
