import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError, isId } from '@app/kernel';
import type { Request } from 'express';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const ID = /^\d{15,19}$/;

/**
 * The `:account` of a path: its id or UUID. No other name of a person stands in an address, which is logged on its way.
 *
 * @throws AuthError `invalid_parameters` for anything else
 */
export const AccountReference = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { account } = context.switchToHttp().getRequest<Request<{ account: string }>>().params;
  if (UUID.test(account) || (ID.test(account) && isId(account))) return account;
  throw new AuthError('invalid_parameters', {
    parameters: [{ parameter: 'account', error: 'account has to be an id or a UUID' }],
  });
});
