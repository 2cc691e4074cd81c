import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiBasicAuth, ApiBearerAuth, ApiResponse } from '@nestjs/swagger';
import type { AuthErrorCode } from '@app/kernel';
import { NoStoreInterceptor } from '../no-store.interceptor.js';
import type { Protocol } from '../protocol.js';
import { UseProtocol } from '../use-protocol.decorator.js';
import { ServiceErrorResponse } from './service-error.dto.js';
import { renderServiceError } from './service.protocol.js';

/** The names of the credential in the OpenAPI document. */
export const SERVICE_BEARER = 'serviceKey';
export const SERVICE_BASIC = 'serviceKeyBasic';

const EVERYWHERE: AuthErrorCode[] = [
  'malformed_request',
  'too_many_requests',
  'unexpected',
  'database_unavailable',
];

/** A controller for services: its strictness, its error words, and what every call of it may answer. */
export function ServiceApi(protocol: Protocol): ClassDecorator {
  return applyDecorators(
    UseProtocol(protocol),
    UseInterceptors(NoStoreInterceptor),
    ...responses(EVERYWHERE),
  );
}

/** The refusals of one call, each as an example of its status. */
export function ServiceErrors(...codes: AuthErrorCode[]): MethodDecorator {
  return applyDecorators(...responses(codes));
}

/** The call needs a service key. */
export const NeedsServiceKey = () =>
  applyDecorators(ApiBearerAuth(SERVICE_BEARER), ApiBasicAuth(SERVICE_BASIC));

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until the call can succeed.', schema: { type: 'integer' } },
} as const;

function responses(codes: AuthErrorCode[]) {
  return codes.map((code) => {
    const { status, body } = renderServiceError({ code, details: {} }, []);
    const { error } = body as ServiceErrorResponse;
    return ApiResponse({
      status,
      description: `\`${error}\``,
      type: ServiceErrorResponse,
      examples: { [code]: { summary: error, value: body } },
      ...(status === 429 && { headers: RETRY_AFTER }),
    });
  });
}
