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

/** Where the token of a browser session travels. */
export interface TokenTransport {
  /** In the query and a header instead of a cookie. */
  staging: boolean;
  /** Over https alone. */
  secure: boolean;
}

const SETTING = 'browser session token';

/** Says, once for the application, how tokens travel. */
export function useTokenTransport(
  app: { set(name: string, value: unknown): unknown },
  transport: TokenTransport,
): void {
  app.set(SETTING, transport);
}

/** The token as presented, when it has a token's form; safe on a request that nobody has validated. */
export function presentedToken(request: Request): string | undefined {
  const { staging } = request.app.get(SETTING) as TokenTransport;
  if (!staging) return COOKIE.exec(request.headers.cookie ?? '')?.[1];
  const given = request.query[STAGING_PARAMETER];
  return typeof given === 'string' && TOKEN.test(given) ? given : undefined;
}

/** Hands a new token to the client; the last one of an answer counts. */
export function issueToken(response: Response, token: string): void {
  const { staging, secure } = response.app.get(SETTING) as TokenTransport;
  if (staging) return void response.setHeader(STAGING_HEADER, token);
  response.removeHeader('Set-Cookie');
  response.cookie('__session', token, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure,
    maxAge: COOKIE_LIFE_MS,
  });
}
