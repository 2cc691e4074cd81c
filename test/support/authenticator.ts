import { generateSync } from 'otplib';
import type { TestApp } from './test-app.js';

/** An authenticator app: the codes of a secret (base32, or an `otpauth://` URI) by the test's clock. */
export class Authenticator {
  private readonly secret: string;

  constructor(
    private readonly app: TestApp,
    secretOrUri: string,
  ) {
    this.secret = secretOrUri.startsWith('otpauth:')
      ? (new URL(secretOrUri).searchParams.get('secret') as string)
      : secretOrUri;
  }

  code(offsetSeconds = 0): string {
    const epoch = Math.floor(this.app.clock.now().getTime() / 1000) + offsetSeconds;
    return generateSync({ secret: this.secret, epoch });
  }
}
