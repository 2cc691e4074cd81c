import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { AuthError, plusSeconds, type RequestContext } from '@app/kernel';
import { AccessTokens } from '@app/tokens';
import type { BrowserView } from './browser-view.js';

export interface IssuedToken {
  token: string;
  /** Epoch milliseconds. */
  expires: number;
  /** ISO 8601. */
  expires_at: string;
}

/** Access tokens for who is signed in. */
@Injectable()
export class SessionTokenService {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly config: Config,
  ) {}

  /** Of the active sign-in; `session_not_found` when there is none. */
  async issue({ now }: RequestContext, view: BrowserView): Promise<IssuedToken> {
    const active = view.sign_ins.find(({ id }) => id === view.active_id);
    if (!active) throw new AuthError('session_not_found');
    const second = new Date(Math.floor(now.getTime() / 1000) * 1000);
    const end = plusSeconds(second, this.config.tokens.lifeSeconds);
    const token = await this.tokens.sign(
      { sub: active.user_id, sid: active.id, scopes: [], amr: active.amr },
      now,
    );
    return { token, expires: end.getTime(), expires_at: end.toISOString() };
  }
}
