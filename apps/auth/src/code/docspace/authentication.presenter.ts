import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import type { Response } from 'express';
import type { ConfirmType } from '../../protocols/docspace/docspace-confirm-key.js';
import { DocspaceCookies } from '../../protocols/docspace/docspace-cookies.js';
import type { DocspaceAuthentication } from './authentication.dto.js';
import type { SignInStep } from './first-factor/credentials.js';
import type { SentText } from './second-factor/text.service.js';

const FIRST_DIGITS = 4;
const LAST_DIGITS = 4;

/** Says a step and hands its credential over: the session's cookie, or the one of the page that does the next step. */
@Injectable()
export class DocspaceStepPresenter {
  constructor(
    private readonly config: Config,
    private readonly cookies: DocspaceCookies,
  ) {}

  present(step: SignInStep, response: Response): DocspaceAuthentication {
    const { factor, phone, secret, signedIn, awaits } = step;
    const expiresAt = signedIn
      ? signedIn.transient
        ? undefined
        : signedIn.expiresAt
      : awaits?.codeExpiresAt;
    if (signedIn) this.cookies.setToken(response, signedIn.token, expiresAt);
    return {
      ...(signedIn && { token: signedIn.token }),
      ...(expiresAt && { expires: expiresAt.toISOString() }),
      sms: factor === 'sms',
      ...(factor === 'sms' && phone && { phoneNoise: noise(phone) }),
      tfa: factor === 'totp' || factor === 'email',
      ...(secret && { tfaKey: secret }),
      ...(awaits && { confirmUrl: this.confirmUrl(confirmType(step), awaits.key, response) }),
    };
  }

  /** The session is over: nothing of it stays in the browser. */
  signedOut(response: Response): void {
    this.cookies.clear(response);
  }

  /** The page that does the step. Its key is worth nothing without a code, and little longer than one lives. */
  private confirmUrl(type: ConfirmType, key: string, response: Response): string {
    this.cookies.setConfirmKey(response, type, key);
    return `${this.config.http.publicUrl}/confirm/${type}?type=${type}&key=${key}`;
  }
}

/** Says where a code went; one that is mailed counts as `tfa`. */
export function presentText({ channel, phone, expiresAt }: SentText): DocspaceAuthentication {
  const sms = channel === 'sms';
  return {
    expires: expiresAt.toISOString(),
    sms,
    ...(sms && phone && { phoneNoise: noise(phone) }),
    tfa: !sms,
  };
}

/** Which page does the step. */
export function confirmType({ factor, awaits }: SignInStep): ConfirmType {
  if (factor === 'sms') return awaits?.setUp ? 'PhoneActivation' : 'PhoneAuth';
  return awaits?.setUp ? 'TfaActivation' : 'TfaAuth';
}

/** As the family's first server shows a number: `+`, its first and last four digits, asterisks between; a shorter one bare. */
export function noise(phone: string): string {
  const digits = phone.replace(/\D/g, '');
  if (digits.length < FIRST_DIGITS + LAST_DIGITS) return digits;
  const hidden = '*'.repeat(digits.length - FIRST_DIGITS - LAST_DIGITS);
  return `+${digits.slice(0, FIRST_DIGITS)}${hidden}${digits.slice(-LAST_DIGITS)}`;
}
