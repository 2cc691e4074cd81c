import { jwtVerify, type JWTPayload } from 'jose';
import type { Claims } from './external-identity.js';
import { ProofError } from './proof-error.js';
import type { Provider } from './provider.js';

/** Signatures that need the provider's private key: under HS256 or none anybody could have made the token. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** How far the provider's clock may be from ours; never makes a token older than it may be. */
const CLOCK_TOLERANCE_SECONDS = 30;

/** An ID token as the client got it, issued at most `ageSeconds` before `now`. */
export async function verifyIdToken(
  { metadata, ours, keys }: Provider,
  idToken: string,
  now: Date,
  ageSeconds: number,
): Promise<Claims> {
  const { payload, protectedHeader } = await jwtVerify(idToken, keys, {
    algorithms: ALGORITHMS,
    issuer: metadata.issuer,
    audience: [...ours],
    requiredClaims: ['sub', 'iat', 'exp'],
    currentDate: now,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  });
  // An access token (`at+jwt`) or a logout token, by its type or its `events`, is no proof of a sign-in.
  const typed = protectedHeader.typ !== undefined && protectedHeader.typ.toUpperCase() !== 'JWT';
  if (typed || payload['events'] !== undefined) throw new ProofError('wrong', 'not an ID token');
  if (!isForUsAlone(payload, ours)) throw new ProofError('wrong', 'issued to another party');
  const age = Math.floor(now.getTime() / 1000) - (payload.iat ?? 0);
  if (age > ageSeconds || age < -CLOCK_TOLERANCE_SECONDS)
    throw new ProofError('wrong', 'issued too long ago or in the future');
  return payload;
}

/** Somebody else who may hold the token could sign in with it: with several audiences `azp` has to say that it is us. */
function isForUsAlone({ aud, azp }: JWTPayload, ours: readonly string[]): boolean {
  if (azp === undefined) return !Array.isArray(aud) || aud.length === 1;
  return typeof azp === 'string' && ours.includes(azp);
}
