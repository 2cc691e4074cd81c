import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Speech } from './words/speech.js';
import { Speeches } from './words/speeches.js';

/** Where the application keeps its languages, for whoever is built without an injector. */
export const SPEECHES = 'speeches';
const withoutApp = new Speeches();

/** Of our languages the one that the browser likes best; English when it likes none of them. */
export function browserLanguage(request: Request): string {
  return request.acceptsLanguages([...speechesOf(request).languages]) || 'en';
}

/** The same, ready to be spoken. */
export function browserSpeech(request: Request): Promise<Speech> {
  return speechesOf(request).of(browserLanguage(request));
}

function speechesOf(request: Request): Speeches {
  return (request.app.locals[SPEECHES] as Speeches | undefined) ?? withoutApp;
}

/** The browser's language, as a parameter of a handler. */
export const BrowserLanguage = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  browserLanguage(context.switchToHttp().getRequest<Request>()),
);

/** What speaks it. */
export const BrowserSpeech = createParamDecorator((_: unknown, context: ExecutionContext): Promise<Speech> =>
  browserSpeech(context.switchToHttp().getRequest<Request>()),
);
