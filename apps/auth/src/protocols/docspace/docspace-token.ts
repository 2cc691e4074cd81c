import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';
import { CREDENTIAL, credentialInCookie } from './docspace-cookie.js';

export const TOKEN_COOKIE = 'asc_auth_key';
const HEADER = new RegExp(`^(?:Bearer +)?(${CREDENTIAL}) *$`, 'i');

/**
 * The token as presented, when it has a token's form: `Authorization`, raw or as Bearer, else the cookie. A header named like
 * the cookie is nobody's. Safe on a request that nobody has validated.
 */
export function presentedToken(request: Request): string | undefined {
  const header = request.headers.authorization;
  return header === undefined ? credentialInCookie(request, TOKEN_COOKIE) : HEADER.exec(header)?.[1];
}

export const DocspaceToken = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const token = presentedToken(context.switchToHttp().getRequest<Request>());
  if (!token) throw new AuthError('session_not_found');
  return token;
});

/** Those of header and cookie, whether they are good or not: a session whose cookie goes has to end, whatever the header says. */
export const DocspaceTokens = createParamDecorator((_: unknown, context: ExecutionContext): string[] => {
  const request = context.switchToHttp().getRequest<Request>();
  const tokens = [presentedToken(request), credentialInCookie(request, TOKEN_COOKIE)];
  return [...new Set(tokens)].filter((token) => token !== undefined);
});
