import type { Config } from '@app/config';
import type { CookieOptions, Request, Response } from 'express';

/** Each name by its own pattern: over https, a cookie without the prefix is one that somebody else may have set. */
const COOKIES = {
  '__Host-operator': /(?:^|;)\s*__Host-operator=([\w-]{43})\s*(?=;|$)/,
  operator: /(?:^|;)\s*operator=([\w-]{43})\s*(?=;|$)/,
};

/** `__Host-` is bound to this host alone (RFC 6265bis §4.1.3.2), and there over https only. */
const nameOf = ({ http }: Pick<Config, 'http'>) => (http.secure ? '__Host-operator' : 'operator');

const optionsOf = ({ http }: Pick<Config, 'http'>): CookieOptions => ({
  httpOnly: true,
  sameSite: 'strict',
  path: '/',
  secure: http.secure,
});

/** The token as presented, when it has a token's form. Safe on a request that nobody has validated. */
export function presentedOperatorToken(
  { headers }: Pick<Request, 'headers'>,
  config: Pick<Config, 'http'>,
): string | undefined {
  return COOKIES[nameOf(config)].exec(headers.cookie ?? '')?.[1];
}

/** It goes with the browser: when the session ends, the service decides. */
export function setOperatorToken(response: Response, token: string, config: Pick<Config, 'http'>): void {
  response.cookie(nameOf(config), token, optionsOf(config));
}

export function clearOperatorToken(response: Response, config: Pick<Config, 'http'>): void {
  response.clearCookie(nameOf(config), optionsOf(config));
}
