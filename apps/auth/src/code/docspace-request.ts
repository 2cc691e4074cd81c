import { AuthError } from '@app/kernel';
import type { DocspaceSignInRequest } from './docspace-authentication.dto.js';
import type { CaptchaAnswer, FirstProof, SignInRequest } from './docspace-credentials.js';

const CAPTCHA_KINDS = { Default: 'web', AndroidV2: 'android', iOSV2: 'ios', hCaptcha: 'hcaptcha' } as const;
/** The provider that means none: a password. */
const PASSWORD_PROVIDER = 'email';

/** A request in the core's words. A key counts before a provider, and that before a password. */
export function signInOf(request: DocspaceSignInRequest): SignInRequest {
  return {
    proof: proofOf(request),
    language: languageOf(request.culture),
    transient: request.session ?? false,
  };
}

/** The code of the body, else that of the path; white space around it is dropped. */
export function codeOf({ code }: DocspaceSignInRequest, path: string): string {
  const chosen = code?.trim() || path.trim();
  if (chosen.length <= 64 && !chosen.includes('\0')) return chosen;
  throw refused('code', 'code must be at most 64 characters');
}

function proofOf(request: DocspaceSignInRequest): FirstProof {
  const { confirmData, provider = '', userName, password, passwordHash } = request;
  // No key of this kind is mailed: whatever it says, it is not one of ours.
  if (confirmData?.key) throw new AuthError('credentials_wrong');
  if (provider && provider.toLowerCase() !== PASSWORD_PROVIDER)
    throw refused('provider', 'provider is not configured');
  if (!userName?.trim() || (!password && !passwordHash?.trim())) throw new AuthError('invalid_parameters');
  const shown = passwordHash?.trim()
    ? { clientHash: passwordHash.trim().toLowerCase() }
    : (password as string);
  return { login: userName, password: shown, captcha: captchaOf(request) };
}

function captchaOf({
  recaptchaType = 'Default',
  recaptchaResponse,
}: DocspaceSignInRequest): CaptchaAnswer | undefined {
  return recaptchaResponse ? { response: recaptchaResponse, kind: CAPTCHA_KINDS[recaptchaType] } : undefined;
}

/** A culture that is no language tag says nothing. */
function languageOf(culture = ''): string | undefined {
  try {
    return culture.trim() ? Intl.getCanonicalLocales(culture.trim())[0] : undefined;
  } catch {
    return undefined;
  }
}

export function refused(parameter: string, error: string): AuthError {
  return new AuthError('invalid_parameters', { parameters: [{ parameter, error }] });
}
