import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { AuthError } from '@app/kernel';
import type { RawRequest } from '../../http/read-body.js';

const HEADER = 'X-DFNS-USERACTION';

/** A call, and what says that it was signed. */
export interface SignedCall {
  signed: string;
  action: { method: string; path: string; payload: string };
}

/** The call as it came, with its `X-DFNS-USERACTION`, of which only its presence is checked. */
export const SignedAction = createParamDecorator((_: unknown, context: ExecutionContext): SignedCall => {
  const request = context.switchToHttp().getRequest<RawRequest>();
  const signed = request.headers[HEADER.toLowerCase()];
  if (typeof signed !== 'string' || signed === '') {
    const error = `${HEADER} must be the \`userAction\` of POST /auth/action for this call`;
    throw new AuthError('invalid_parameters', { parameters: [{ parameter: HEADER, error }] });
  }
  const { method, path, rawBody } = request;
  return { signed, action: { method, path, payload: rawBody?.toString('utf8') ?? '' } };
});

/** The call has to be signed before. */
export const NeedsUserAction = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: HEADER,
      required: true,
      description: '`userAction` of `POST /auth/action`, for this very call.',
    }),
  );
