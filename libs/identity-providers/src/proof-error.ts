import { WWWAuthenticateChallengeError } from 'openid-client';

/** Why there is no identity, in words of our own: `code` goes to the log. */
export class ProofError extends Error {
  constructor(
    readonly reason: 'wrong' | 'unsupported' | 'unreachable',
    readonly code: string,
  ) {
    super(code);
    this.name = 'ProofError';
  }
}

/** What jose throws when a key set is no key set; everything else it throws is about the token. */
const NO_KEY_SET = ['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID'];

/**
 * What an error says about a proof. openid-client wraps what `fetch` threw; an error that is not ours is that of a check
 * which the proof did not pass. Messages are left out: they may quote what was checked.
 */
export function proofErrorOf(error: unknown): ProofError {
  const { name, code, cause } = error as Error & { code?: unknown };
  const own = [error, cause].find((each) => each instanceof ProofError);
  if (own) return own;
  const reason = NO_KEY_SET.includes(String(code)) ? 'unreachable' : 'wrong';
  return new ProofError(reason, [name, code, oauthCode(error)].filter(Boolean).join(' '));
}

/** `invalid_grant`, `invalid_client` …: tells an operator whose mistake it is. Nothing else of an answer is logged. */
function oauthCode(error: unknown): string | undefined {
  const challenge = error instanceof WWWAuthenticateChallengeError ? error.cause[0]?.parameters : undefined;
  const { error: code } = challenge ?? (error as { error?: unknown });
  return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? code : undefined;
}
