import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';

const ID = /^\d{1,19}$/;

/**
 * The `:id` of a path, a number as text.
 *
 * @throws AuthError `invalid_parameters` for anything that can be no id
 */
export const PathId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { id } = context.switchToHttp().getRequest<Request<{ id: string }>>().params;
  if (ID.test(id)) return id;
  throw new AuthError('invalid_parameters', {
    parameters: [{ parameter: 'id', error: 'id must be a number' }],
  });
});
