import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request, Response } from 'express';
import { docspaceSite } from './docspace-site.js';

const COOKIE = 'asc_auth_key';
const HEADER = /^(?:Bearer +)?([\w-]{43}) *$/i;
const TOKEN = '[\\w-]{43}';
/** What a page of a set-up is allowed to do, by the step it stands for. */
export const CONFIRM_TYPES = ['PhoneAuth', 'PhoneActivation', 'TfaAuth', 'TfaActivation'] as const;
export type ConfirmType = (typeof CONFIRM_TYPES)[number];

/**
 * The token as presented, when it has a token's form: `Authorization`, raw or as Bearer, else the cookie. A header named like
 * the cookie is nobody's. Safe on a request that nobody has validated.
 */
export function presentedToken(request: Request): string | undefined {
  const header = request.headers.authorization;
  return header === undefined ? cookieOf(request, COOKIE) : HEADER.exec(header)?.[1];
}

export const DocspaceToken = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const token = presentedToken(context.switchToHttp().getRequest<Request>());
  if (!token) throw new AuthError('session_not_found');
  return token;
});

/**
 * The key of a step, from the header `confirm: type=…&key=…` that the pages of this family send, else from the cookie that
 * came with the first step. `type`: as the client named it.
 */
export const DocspaceConfirmKey = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const key = confirmKey(context.switchToHttp().getRequest<Request>());
  if (!key) throw new AuthError('session_not_found');
  return key;
});

/** Safe on a request that nobody has validated. */
export function confirmKey(request: Request): string | undefined {
  const { confirm } = request.headers;
  if (typeof confirm === 'string') {
    const key = new URLSearchParams(confirm).get('key') ?? '';
    return new RegExp(`^${TOKEN}$`).test(key) ? key : undefined;
  }
  return CONFIRM_TYPES.map((type) => cookieOf(request, confirmCookie(type))).find((key) => key !== undefined);
}

/** The session's cookie; without an end it goes with the browser. */
export function setTokenCookie(response: Response, token: string, expires: Date | undefined): void {
  response.cookie(COOKIE, token, { ...attributes(response), ...(expires && { expires }) });
}

export function clearTokenCookies(response: Response): void {
  response.clearCookie(COOKIE, attributes(response));
  for (const type of CONFIRM_TYPES) response.clearCookie(confirmCookie(type), attributes(response));
}

export function setConfirmCookie(response: Response, type: ConfirmType, key: string): void {
  response.cookie(confirmCookie(type), key, attributes(response));
}

const confirmCookie = (type: ConfirmType) => `asc_confirm_key_${type}`;

function attributes(response: Response) {
  return {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: docspaceSite(response.req).secure,
  } as const;
}

function cookieOf(request: Request, name: string): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}=(${TOKEN})\\s*(?=;|$)`).exec(request.headers.cookie ?? '')?.[1];
}
