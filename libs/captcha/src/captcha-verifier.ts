import { Injectable, Logger } from '@nestjs/common';
import { Config } from '@app/config';

/** Which kind of client shows a captcha: each has a key of its own at the verifier. */
export type CaptchaKind = 'web' | 'android' | 'ios' | 'hcaptcha';

const TIMEOUT_MS = 5000;

/**
 * Asks reCAPTCHA or hCaptcha (`siteverify`) whether an answer is good. It may lift a lock of an address and nothing else: with
 * none configured, or one that does not answer, no answer is good.
 */
@Injectable()
export class CaptchaVerifier {
  private readonly logger = new Logger(CaptchaVerifier.name);

  constructor(private readonly config: Config) {}

  async isGood(kind: CaptchaKind, response: string, address: string): Promise<boolean> {
    const { secrets, recaptchaUrl, hcaptchaUrl } = this.config.captcha;
    const secret = secrets[kind];
    if (!secret) return false;
    const body = new URLSearchParams({ secret, response, remoteip: address });
    return this.ask(kind === 'hcaptcha' ? hcaptchaUrl : recaptchaUrl, body);
  }

  private async ask(url: string, body: URLSearchParams): Promise<boolean> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const verdict = (await answer.json()) as { success?: unknown } | null;
      return answer.ok && verdict?.success === true;
    } catch (error) {
      this.logger.warn(`captcha verifier out of reach: ${(error as Error).name}`);
      return false;
    }
  }
}
