import { AuthError } from '@app/kernel';
import type { DocspaceSignInRequest } from './docspace-authentication.dto.js';
import type { CaptchaAnswer, FirstProof, SignInRequest } from './docspace-credentials.js';

const CAPTCHA_KINDS = { Default: 'web', AndroidV2: 'android', iOSV2: 'ios', hCaptcha: 'hcaptcha' } as const;
/** The provider that means none: a password. */
const PASSWORD_PROVIDER = 'email';

/** A request in the core's words. A mailed key counts before a provider, and that before a password. */
export function signInOf(request: DocspaceSignInRequest): SignInRequest {
  return { proof: proofOf(request), language: languageOf(request.culture), transient: request.session ?? false };
}

/** The code of the body, else that of the path; white space around it is dropped. */
export function codeOf({ code }: DocspaceSignInRequest, path: string): string {
  const chosen = code?.trim() || path.trim();
  if (chosen.length <= 64 && !chosen.includes('\0')) return chosen;
  throw refused('code', 'code must be at most 64 characters');
}

function proofOf(request: DocspaceSignInRequest): FirstProof {
  const { confirmData, provider = '', userName, password, passwordHash } = request;
  if (confirmData?.key) return { by: 'link', email: confirmData.email ?? '', key: confirmData.key };
  if (provider && provider.toLowerCase() !== PASSWORD_PROVIDER) return providerProof(provider, request);
  if (!userName?.trim() || (!password && !passwordHash?.trim())) throw new AuthError('invalid_parameters');
  const shown = passwordHash?.trim() ? { clientHash: passwordHash.trim().toLowerCase() } : (password as string);
  return { by: 'password', login: userName, password: shown, captcha: captchaOf(request) };
}

function providerProof(provider: string, request: DocspaceSignInRequest): FirstProof {
  const { accessToken, codeOAuth: code, serializedProfile: idToken } = request;
  if (!accessToken && !code && !idToken) throw refused('accessToken', 'accessToken, codeOAuth and serializedProfile are empty');
  return { by: 'provider', provider, accessToken, code, idToken };
}

function captchaOf({ recaptchaType = 'Default', recaptchaResponse }: DocspaceSignInRequest): CaptchaAnswer | undefined {
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
