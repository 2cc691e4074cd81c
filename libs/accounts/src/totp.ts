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
