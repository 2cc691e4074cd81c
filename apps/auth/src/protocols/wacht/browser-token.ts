import type { Config } from '@app/config';
import type { Request, Response } from 'express';

const COOKIE = /(?:^|;)\s*__session=([\w-]{43})\s*(?=;|$)/;
const TOKEN = /^[\w-]{43}$/;
const STAGING_PARAMETER = '__dev_session__';
const STAGING_HEADER = 'X-Development-Session';
/**
 * Longer than any session: when one ends, the service decides. A cookie set anew on each answer to prolong it could bring
 * back a value that another answer has replaced.
 */
const COOKIE_LIFE_MS = 400 * 86_400_000;

/**
 * The token as presented, when it has a token's form: in a cookie, or in staging in the query. Safe on a request that nobody
 * has validated.
 */
export function presentedToken(request: Request, { browserSessions }: Config): string | undefined {
  if (!browserSessions.staging) return COOKIE.exec(request.headers.cookie ?? '')?.[1];
  const given = request.query[STAGING_PARAMETER];
  return typeof given === 'string' && TOKEN.test(given) ? given : undefined;
}

/** Hands a new token to the client, in a cookie, or in staging in a header; the last one of an answer counts. */
export function issueToken(response: Response, token: string, { browserSessions, http }: Config): void {
  if (browserSessions.staging) return void response.setHeader(STAGING_HEADER, token);
  response.removeHeader('Set-Cookie');
  response.cookie('__session', token, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: http.secure,
    maxAge: COOKIE_LIFE_MS,
  });
}
