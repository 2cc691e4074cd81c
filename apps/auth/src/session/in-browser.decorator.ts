import {
  applyDecorators,
  createParamDecorator,
  UseGuards,
  UseInterceptors,
  type ExecutionContext,
} from '@nestjs/common';
import type { Config } from '@app/config';
import type { Part } from '@app/database';
import { AuthError, digest } from '@app/kernel';
import { SameSiteGuard } from '@app/pages';
import { Authenticated } from '@app/throttle';
import type { Request } from 'express';
import { presentedToken } from '../protocols/wacht/browser-token.js';
import { ReadsForms } from '../protocols/wacht/wacht-api.decorator.js';
import type { Browser } from './browser.js';
import { BrowserSessionInterceptor } from './browser-session.interceptor.js';
import { viewByToken, type BrowserView } from './browser-view.js';

/**
 * A call inside a browser session: looked up in the same round trip as the limits, refused when another site sends it, and
 * made when there is none. The handler answers a `BrowserAnswer`.
 */
export const InBrowser = () =>
  applyDecorators(
    Authenticated(browserOf, { optional: true }),
    UseGuards(SameSiteGuard),
    UseInterceptors(BrowserSessionInterceptor),
    ReadsForms(),
  );

/** Asked in the same round trip as the limits: what the browser of a request holds. */
export function browserOf(request: Request, now: Date, config: Config): Part<BrowserView> | undefined {
  const token = presentedToken(request, config);
  return token === undefined ? undefined : viewByToken(digest(token), now);
}

/** The browser session of the call. */
export const CurrentBrowser = createParamDecorator((_: unknown, context: ExecutionContext): Browser => {
  const { browser } = context.switchToHttp().getRequest<Request>();
  if (!browser) throw new Error('the request has no browser session: @InBrowser is missing');
  return browser;
});

/**
 * The sign-in that the application acts for: the id of its session.
 *
 * @throws AuthError `session_not_found` when nobody is signed in
 */
export const ActiveSignIn = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { browser } = context.switchToHttp().getRequest<Request>();
  const active = browser?.view.sign_ins.find(({ id }) => id === browser.view.active_id);
  if (!active) throw new AuthError('session_not_found');
  return active.id;
});
