import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';

type Fields = Record<string, unknown>;

/**
 * What a browser's authenticator has made, in one flat spelling: as a form with a field for each, as the JSON of a `PublicKeyCredential`
 * with its `response`, or that inside `credential`.
 */
export const PublicKeyCredential = createParamDecorator((_: unknown, context: ExecutionContext): Fields => {
  const { body, query } = context.switchToHttp().getRequest<Request>();
  if (Array.isArray(body)) throw new AuthError('malformed_request');
  const given: Fields = { ...query, ...(body as Fields | undefined) };
  const credential = fieldsOf(given.credential);
  return { ...given, ...credential, ...fieldsOf(given.response), ...fieldsOf(credential.response) };
});

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
