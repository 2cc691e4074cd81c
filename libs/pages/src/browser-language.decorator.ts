import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { LANGUAGES, type Language } from './language.js';

/** Of our languages the one that the browser likes best; English when it likes none of them. */
export function browserLanguage(request: Request): Language {
  return (request.acceptsLanguages(...LANGUAGES) || 'en') as Language;
}

/** The same, as a parameter of a handler. */
export const BrowserLanguage = createParamDecorator((_: unknown, context: ExecutionContext): Language =>
  browserLanguage(context.switchToHttp().getRequest<Request>()),
);
