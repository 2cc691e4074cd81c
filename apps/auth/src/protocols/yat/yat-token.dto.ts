/** What a client calls with, and what it renews that with. */
export class YatTokenResponse {
  /** JWT (ES256); its keys are at `/.well-known/jwks.json`. Good for 15 minutes. */
  access_token: string;
  /** Good once; the answer to it carries the next one. */
  refresh_token: string;
  /** Whether the account has a password. */
  has_password: boolean;
  /** The second factor that has to be shown at `/auth/2fa` first; left out when none has. */
  requires_2fa?: 'GoogleAuthenticator' | 'SMS' | 'Email';
}

/** A word to the person. */
export class YatMessageResponse {
  message: string;
}
