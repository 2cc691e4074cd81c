import { yatFactorNames } from './yat-second-factor.js';
import type { YatTokenResponse } from './yat-token.dto.js';

/** Tokens as the core has them. */
export interface IssuedTokens {
  accessToken: string;
  refreshToken: string;
  hasPassword: boolean;
  awaits?: 'totp' | 'sms' | 'email';
}

export function presentTokens({
  accessToken,
  refreshToken,
  hasPassword,
  awaits,
}: IssuedTokens): YatTokenResponse {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    has_password: hasPassword,
    ...(awaits && { requires_2fa: yatFactorNames[awaits] }),
  };
}
