import { withoutTrailing } from '@app/kernel';
import { generateSecret, generateURI, verifySync } from 'otplib';

/** RFC 6238 §4: 30 s steps, SHA-1, six digits: what every authenticator app knows. */
const STEP_SECONDS = 30;
/** One step to either side (RFC 6238 §5.2): a phone's clock is seldom exact, and people type slowly. */
const TOLERANCE_SECONDS = 30;

/** A new secret of 160 bits (RFC 4226 §4, R6) in base32. */
export function newTotpSecret(): string {
  return generateSecret({ length: 20 });
}

/** The `otpauth://` URI that an authenticator app reads from a QR code. */
export function totpUri(secret: string, label: string, issuer: string): string {
  return generateURI({ secret, label, issuer });
}

/** What an authenticator asks for that is not the one kind that is checked here, or no key URI at all; as a sentence for whoever brings it. */
export class TotpUriError extends Error {}

const BASE32 = /^[A-Z2-7]+$/;

/**
 * The secret of a key URI (`otpauth://totp/…?secret=…`) that an app reads, in base32. It never stands in a refusal.
 *
 * @throws TotpUriError when it is none, or no code of such an app would ever be right
 */
export function readTotpUri(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol !== 'otpauth:' || url.host !== 'totp')
    throw new TotpUriError('an authenticator has to be otpauth://totp/…');
  const asked = (name: string, ours: string) => (url.searchParams.get(name) ?? ours).toUpperCase() === ours;
  if (!asked('algorithm', 'SHA1') || !asked('digits', '6') || !asked('period', String(STEP_SECONDS)))
    throw new TotpUriError('an authenticator has to be one of SHA-1, six digits and 30 seconds');
  const secret = withoutTrailing((url.searchParams.get('secret') ?? '').toUpperCase(), '=');
  if (!BASE32.test(secret) || !isUsable(secret))
    throw new TotpUriError('the secret of an authenticator has to be 16 to 64 bytes of base32');
  return secret;
}

/** Whether codes of it can be checked at all: what is too short is refused each time (RFC 4226 §4, R6). */
function isUsable(secret: string): boolean {
  try {
    verifySync({ secret, token: '000000', epoch: 0 });
    return true;
  } catch {
    return false;
  }
}

/**
 * The time step at which the code is right, if it is at one of the three; the caller must still refuse a step that
 * was used before (RFC 6238 §5.2: a code is accepted once).
 */
export function totpStep(secret: string, code: string, now: Date): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const epoch = Math.floor(now.getTime() / 1000);
  const result = verifySync({ secret, token: code, epoch, epochTolerance: TOLERANCE_SECONDS });
  return result.valid ? Math.floor(epoch / STEP_SECONDS) + result.delta : undefined;
}
