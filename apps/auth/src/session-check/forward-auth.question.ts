import type { Config } from '@app/config';
import type { Part } from '@app/database';
import { bearerToken, digest } from '@app/kernel';
import type { Request } from 'express';
import { credentialInCookie } from '../protocols/docspace/docspace-cookie.js';
import { presentedToken, TOKEN_COOKIE } from '../protocols/docspace/docspace-token.js';
import { hashInHeader } from '../protocols/navixy/navixy-parameters.js';
import { presentedToken as browserToken } from '../protocols/wacht/browser-token.js';
import { activeSession, type ActiveRow } from './active-session.question.js';
import { NOTHING, shownHash, shownJwt, shownToken, type Shown } from './shown.question.js';

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * The credential of the request that a proxy asks about. One of ours in `Authorization` counts alone; a header of another kind is for
 * whoever is behind the proxy, and then the cookies count.
 */
export function shownBy(request: Request, config: Config): Shown {
  const hash = hashInHeader(request);
  if (hash) return shownHash(hash);
  const bearer = bearerToken(request.headers.authorization);
  if (bearer !== undefined && JWT.test(bearer)) return shownJwt(bearer);
  const token = presentedToken(request);
  if (token && request.headers.authorization !== undefined) return shownToken(token);
  const cookie = credentialInCookie(request, TOKEN_COOKIE);
  const browser = browserToken(request, config);
  return {
    ...(cookie ? shownToken(cookie) : NOTHING),
    browserHash: browser === undefined ? null : digest(browser),
  };
}

/** Asked in the same round trip as the limits: whose session it is. */
export function sessionOfRequest(request: Request, now: Date, config: Config): Part<ActiveRow> {
  return activeSession(shownBy(request, config), now, config);
}
