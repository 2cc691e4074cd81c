import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { AuthErrorCode } from '@app/kernel';
import { NoStoreInterceptor } from '../no-store.interceptor.js';
import { UseProtocol } from '../use-protocol.decorator.js';
import { AdminProblem } from './admin-problem.dto.js';
import { admin, PROBLEM_JSON, renderProblem } from './admin.protocol.js';

/** The name of the credential in the OpenAPI document. */
export const ADMIN_KEY = 'adminKey';

const EVERYWHERE: AuthErrorCode[] = [
  ...(['malformed_request', 'invalid_parameters'] as const),
  ...(['credential_malformed', 'session_not_found', 'not_permitted'] as const),
  ...(['too_many_requests', 'unexpected', 'database_unavailable'] as const),
];

/** A controller of the administration: its strictness, its error words, and what every call of it may answer. */
export function AdminApi(): ClassDecorator {
  return applyDecorators(
    UseProtocol(admin),
    UseInterceptors(NoStoreInterceptor),
    ApiExtraModels(AdminProblem),
    ...responses(EVERYWHERE),
  );
}

/** The other refusals of one call, each as an example of its status. */
export function AdminErrors(...codes: AuthErrorCode[]): MethodDecorator {
  return applyDecorators(...responses(codes));
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until the call can succeed.', schema: { type: 'integer' } },
} as const;

function responses(codes: AuthErrorCode[]) {
  const statusOf = (code: AuthErrorCode) => renderProblem({ code, details: {} }).status;
  return [...new Set(codes.map(statusOf))].map((status) => {
    const alike = codes.filter((code) => statusOf(code) === status);
    return ApiResponse({
      status,
      description: alike.map((code) => `\`${code}\``).join(', '),
      content: {
        [PROBLEM_JSON]: {
          schema: { $ref: getSchemaPath(AdminProblem) },
          examples: Object.fromEntries(alike.map(exampleOf)),
        },
      },
      ...(status === 429 && { headers: RETRY_AFTER }),
    });
  });
}

function exampleOf(code: AuthErrorCode) {
  const { body } = renderProblem({ code, details: {} });
  return [code, { summary: (body as AdminProblem).title, value: body }] as const;
}
