import type { IdentityProof } from '@app/identity-providers';
import { AuthError, normaliseCode } from '@app/kernel';
import type { Speeches } from '@app/pages';
import { refusedParameter } from './refused-parameter.js';
import type { DocspaceSignInRequest } from './authentication.dto.js';
import type { CaptchaAnswer, FirstProof, ShownCode, SignInRequest } from './first-factor/credentials.js';

const CAPTCHA_KINDS = { Default: 'web', AndroidV2: 'android', iOSV2: 'ios', hCaptcha: 'hcaptcha' } as const;
/** The provider that means none: a password. */
const PASSWORD_PROVIDER = 'email';

/** A request in the core's words. A key counts before a provider, and that before a password. */
export function signInOf(request: DocspaceSignInRequest, speeches: Speeches): SignInRequest {
  return {
    proof: proofOf(request),
    language: languageOf(speeches, request.culture),
    transient: request.session ?? false,
  };
}

/** The code of the body, else that of the path, as it is checked (`normaliseCode`). */
export function codeOf({ code }: DocspaceSignInRequest, path: string): ShownCode {
  const typed = normaliseCode(code ?? '');
  return typed ? { code: typed, inPath: false } : { code: normaliseCode(path), inPath: true };
}

function proofOf(request: DocspaceSignInRequest): FirstProof {
  const { confirmData, userName, password, passwordHash } = request;
  if (confirmData?.key?.trim()) {
    const { key, email, first } = confirmData;
    return { kind: 'mailed_key', key: key.trim(), email, first };
  }
  const provider = providerOf(request);
  if (provider !== PASSWORD_PROVIDER) return { kind: 'identity', provider, proof: identityProofOf(request) };
  if (!userName?.trim() || (!password && !passwordHash?.trim())) throw new AuthError('invalid_parameters');
  const shown = passwordHash?.trim()
    ? { clientHash: passwordHash.trim().toLowerCase() }
    : (password as string);
  return { kind: 'password', login: userName, password: shown, captcha: captchaOf(request) };
}

/** Empty: the one that made the ID token, which is all that some clients send. A `userName` beside it means a password. */
function providerOf({ provider, userName, ...proof }: DocspaceSignInRequest): string {
  const name = provider?.trim();
  if (name) return name.toLowerCase() === PASSWORD_PROVIDER ? PASSWORD_PROVIDER : name;
  if (userName?.trim()) return PASSWORD_PROVIDER;
  if (proof.serializedProfile?.trim()) return '';
  if (proof.accessToken?.trim() || proof.codeOAuth?.trim())
    throw refusedParameter('provider', 'provider is missing');
  return PASSWORD_PROVIDER;
}

function identityProofOf({
  codeOAuth,
  serializedProfile,
  accessToken,
}: DocspaceSignInRequest): IdentityProof {
  const given = (text = '') => text.trim() || undefined;
  const proof = {
    authorizationCode: given(codeOAuth),
    idToken: given(serializedProfile),
    accessToken: given(accessToken),
  };
  if (Object.values(proof).some(Boolean)) return proof;
  throw refusedParameter('provider', 'provider needs codeOAuth, serializedProfile or accessToken');
}

function captchaOf({
  recaptchaType = 'Default',
  recaptchaResponse,
}: DocspaceSignInRequest): CaptchaAnswer | undefined {
  return recaptchaResponse ? { response: recaptchaResponse, kind: CAPTCHA_KINDS[recaptchaType] } : undefined;
}

/** A culture that is no language tag, or of a language that nothing is written in, says nothing: the account keeps its own. */
function languageOf(speeches: Speeches, culture = ''): string | undefined {
  try {
    const [tag] = culture.trim() ? Intl.getCanonicalLocales(culture.trim()) : [];
    return tag !== undefined && speeches.speaks(tag) ? tag : undefined;
  } catch {
    return undefined;
  }
}
