import { base32ToHex } from './base32-hex.js';
import type { BegunFactor } from './factor-settings.js';
import type { BegunAuthenticator } from './totp-setup.service.js';
import type { YatEnable2FaResponse, YatTwoFactorResponse } from './yat-factor.dto.js';
import { qrSvg } from '@app/pages';

/** The code of a phone number's last digits that the protocol shows. */
const LAST_DIGITS = 4;

export function presentOldSetup(
  begun: BegunAuthenticator | undefined,
  size: { width?: number; height?: number },
): YatTwoFactorResponse {
  if (!begun) return { message: 'Two factor authentication is off' };
  return {
    secret: base32ToHex(begun.secret),
    qr_code_svg: qrSvg(begun.uri, size),
    backup_codes: begun.backupCodes.map(readable),
    message: 'Confirm with a code of your authenticator',
  };
}

function presentAuthenticator({ secret, uri, backupCodes }: BegunAuthenticator): YatEnable2FaResponse {
  return { ga_secret: secret, ga_qr_code_svg: qrSvg(uri), backup_codes: backupCodes.map(readable) };
}

function presentPhone(phone: string, backupCodes: string[]): YatEnable2FaResponse {
  return { backup_codes: backupCodes.map(readable), phone_last_digits: phone.slice(-LAST_DIGITS) };
}

/** What may be said of the address that a code went to. */
export function lastDigits(address: string): { phone_last_digits?: string } {
  return address.includes('@') ? {} : { phone_last_digits: address.slice(-LAST_DIGITS) };
}

/** In two groups, as people copy them. */
const readable = (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`;

export function presentFactor(begun: BegunFactor): YatEnable2FaResponse {
  return 'authenticator' in begun
    ? presentAuthenticator(begun.authenticator)
    : presentPhone(begun.phone, begun.backupCodes);
}
