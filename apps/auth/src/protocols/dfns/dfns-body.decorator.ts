import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';

/** The body of a call: an object without a property that nobody would look at. */
export const DfnsBody = createParamDecorator((_: unknown, context: ExecutionContext): object => {
  const body: unknown = context.switchToHttp().getRequest<Request>().body ?? {};
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new AuthError('malformed_request');
  refuseInheritedNames(body);
  return body;
});

/** Names that every object has, such as `toString`: the reader behind us passes them over without a word. */
function refuseInheritedNames(value: object): void {
  for (const [name, child] of Object.entries(value)) {
    if (name in Object.prototype) {
      const error = `property ${name} should not exist`;
      throw new AuthError('invalid_parameters', { parameters: [{ parameter: name, error }] });
    }
    if (typeof child === 'object' && child !== null) refuseInheritedNames(child as object);
  }
}
