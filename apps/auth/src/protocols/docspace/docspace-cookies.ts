import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import type { Response } from 'express';
import {
  CONFIRM_TYPES,
  confirmCookieName,
  confirmCookieOf,
  type ConfirmType,
} from './docspace-confirm-key.js';
import { TOKEN_COOKIE } from './docspace-token.js';

/** Hands the credentials of this protocol to a browser, out of reach of scripts and of other sites. */
@Injectable()
export class DocspaceCookies {
  private readonly attributes;

  constructor({ http }: Config) {
    this.attributes = { httpOnly: true, sameSite: 'strict', path: '/', secure: http.secure } as const;
  }

  /** The session's token; without an end it goes with the browser. The steps that led to it are done. */
  setToken(response: Response, token: string, expires: Date | undefined): void {
    response.cookie(TOKEN_COOKIE, token, { ...this.attributes, ...(expires && { expires }) });
    this.clearConfirmKeys(response);
  }

  /** A browser takes one step at a time: the key of an earlier one would stand in its way. */
  setConfirmKey(response: Response, type: ConfirmType, key: string): void {
    const name = confirmCookieOf(type);
    if (name) response.cookie(name, key, this.attributes);
    this.clearConfirmKeys(response, name);
  }

  clear(response: Response): void {
    response.clearCookie(TOKEN_COOKIE, this.attributes);
    this.clearConfirmKeys(response);
  }

  private clearConfirmKeys(response: Response, except?: string): void {
    for (const name of CONFIRM_TYPES.map(confirmCookieName))
      if (name !== except) response.clearCookie(name, this.attributes);
  }
}
