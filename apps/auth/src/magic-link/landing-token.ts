import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { digest } from '@app/kernel';
import type { Request, Response } from 'express';
import { presentedToken } from '../protocols/wacht/browser-token.js';
import type { LandingAnswer } from './landing.presenter.js';
import type { Visitor } from './landing.service.js';

const TOKEN = /^[\w-]{22,64}$/;
const LANGUAGE = /^[a-z]{1,8}(-[a-z0-9]{1,8})*/i;

/** The link's token, of the query or the form, when it has a token's form. */
export const LinkToken = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const request = context.switchToHttp().getRequest<Request>();
  const body = (request.body ?? {}) as Record<string, unknown>;
  const token = request.method === 'POST' ? body.token : request.query.token;
  return typeof token === 'string' && TOKEN.test(token) ? token : undefined;
});

/** The browser that asks. */
export const Visits = createParamDecorator((_: unknown, context: ExecutionContext): Visitor => {
  const request = context.switchToHttp().getRequest<Request>();
  const token = presentedToken(request);
  return { browserTokenHash: token && digest(token), userAgent: request.call?.client.userAgent ?? '' };
});

/** The first language the browser wants. */
export const BrowserLanguage = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { headers } = context.switchToHttp().getRequest<Request>();
  return LANGUAGE.exec(headers['accept-language'] ?? '')?.[0] ?? 'en';
});

/** Nothing runs and nothing is loaded but our style; nobody frames the page, keeps it or learns the address it was reached by. */
export function answer(response: Response, { status, html, location, formTarget }: LandingAnswer): void {
  const form = ["'self'", formTarget].filter(Boolean).join(' ');
  response.status(status).set({
    'Content-Security-Policy': `default-src 'none'; style-src 'self'; form-action ${form}; base-uri 'none'; frame-ancestors 'none'`,
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
    'X-Frame-Options': 'DENY',
    'Content-Type': 'text/html; charset=utf-8',
    ...(location && { Location: location }),
  });
  response.send(html);
}
