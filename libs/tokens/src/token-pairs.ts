import { Injectable } from '@nestjs/common';
import { AccessTokens } from './access-tokens.js';

/** A session and whose it is, as the statement that made or changed it answers. */
export interface TokenHolder {
  session_id: string;
  stage: 'pending' | 'signed_in';
  /** How the person proved who they are (RFC 8176). */
  amr: { method: string }[];
  second_factor_at: Date | null;
  uuid: string;
  has_password: boolean;
  second_factor: 'none' | 'email' | 'sms' | 'totp';
}

/** What a client signs its calls with, and what it renews that with. */
export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  hasPassword: boolean;
  /** The second factor the session waits for; absent when it is signed in. */
  awaits?: 'email' | 'sms' | 'totp';
}

/** The only thing a session is good for that still waits for its second factor. */
export const PENDING_SCOPE = 'auth:twoFactor';
export const SIGNED_IN_SCOPES = ['account:read', 'account:write'];

/** The access token of a session that lives by a refresh token. */
@Injectable()
export class TokenPairs {
  constructor(private readonly tokens: AccessTokens) {}

  async issue(holder: TokenHolder, refreshToken: string, now: Date): Promise<TokenPair> {
    const pending = holder.stage === 'pending';
    const accessToken = await this.tokens.sign(
      {
        sub: holder.uuid,
        sid: holder.session_id,
        scopes: pending ? [PENDING_SCOPE] : SIGNED_IN_SCOPES,
        amr: holder.amr.map(({ method }) => method),
        active2fa: holder.second_factor_at ? Math.floor(holder.second_factor_at.getTime() / 1000) : 0,
      },
      now,
    );
    const awaits = pending && holder.second_factor !== 'none' ? holder.second_factor : undefined;
    return { accessToken, refreshToken, hasPassword: holder.has_password, ...(awaits && { awaits }) };
  }
}
