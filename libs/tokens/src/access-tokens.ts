import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { isId, randomToken } from '@app/kernel';
import { z } from 'zod';
import type { SigningKey } from './signing-key.js';
import { SigningKeys } from './signing-keys.js';
import { LEEWAY_SECONDS } from './times.js';

/** Refused unread beyond this: a header of a request is not larger, and reading costs time before anything is proven. */
const LONGEST_TOKEN = 8192;
const JTI_BITS = 128;

// Exactly what we write and nothing else: `none`, another algorithm, `crit`, a key that a token brings along (`jwk`,
// `jku`) and a token of another kind (`typ`) are all refused alike, before a signature is looked at.
const headerOfOurs = z.strictObject({ alg: z.literal('ES256'), typ: z.literal('JWT'), kid: z.string() });

const claimsOfOurs = z.looseObject({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  /** Id of the session. */
  sid: z.string(),
  scopes: z.array(z.string()),
  /** How the person proved who they are (RFC 8176). */
  amr: z.array(z.string()),
  jti: z.string(),
  /** Epoch seconds. */
  iat: z.int(),
  /** Epoch seconds. */
  exp: z.int(),
});

/** What a genuine token says, with whatever else was signed into it. */
export type AccessTokenClaims = z.infer<typeof claimsOfOurs>;

/** What a token is to say; who issues it, for whom and when is added, and cannot be set. */
export type NewAccessToken = Pick<AccessTokenClaims, 'sub' | 'sid' | 'scopes' | 'amr'> & {
  iss?: never;
  aud?: never;
  iat?: never;
  nbf?: never;
  exp?: never;
  jti?: never;
  [claim: string]: unknown;
};

/** Access tokens: JWTs that anybody can check with the published keys (ES256, `kid`, `typ: JWT`). */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly config: Config,
  ) {}

  /**
   * A token good from now on for `lifeSeconds`, at most an hour (else RangeError): the key that signed it may be gone
   * after that. Rejects with `database_unavailable` when the keys could not be read for minutes.
   */
  async sign(
    claims: NewAccessToken,
    now: Date,
    lifeSeconds = this.config.tokens.lifeSeconds,
  ): Promise<string> {
    const { issuer, audience, longestLifeSeconds } = this.config.tokens;
    if (!Number.isInteger(lifeSeconds) || lifeSeconds < 1 || lifeSeconds > longestLifeSeconds) {
      throw new RangeError(`an access token lives 1 to ${longestLifeSeconds} seconds`);
    }
    const { jwt } = await this.keys.signer(now);
    const iat = Math.floor(epochSeconds(now));
    const exp = iat + lifeSeconds;
    return jwt.sign({ ...claims, iss: issuer, aud: audience, iat, exp, jti: randomToken(JTI_BITS) });
  }

  /**
   * The claims of a token that we signed, for this audience, which has begun and has not ended; undefined for any other
   * text. It ends on the second; it may have begun `LEEWAY_SECONDS` from now, on a replica whose clock is ahead.
   * Rejects only as `sign` does. Says nothing about whether its session has ended since.
   */
  async verify(token: string, now: Date): Promise<AccessTokenClaims | undefined> {
    const kid = kidOf(token);
    const key = kid === undefined ? undefined : await this.keys.find(kid, now);
    return key && this.claimsOf(token, key, now);
  }

  private claimsOf(token: string, { jwt }: SigningKey, now: Date): AccessTokenClaims | undefined {
    const { issuer, audience } = this.config.tokens;
    const seconds = epochSeconds(now);
    try {
      const payload = jwt.verify<object>(token, { issuer, audience, clockTimestamp: seconds });
      const claims = claimsOfOurs.parse(payload);
      return claims.iat <= seconds + LEEWAY_SECONDS ? claims : undefined;
    } catch {
      return undefined;
    }
  }
}

/**
 * Which session a token says that it is of, without any look at whether it is one of ours: to look the session up beside
 * something else. Whoever does has to verify the token as well.
 */
export function unverifiedSessionId(token: string): string | undefined {
  if (token.length > LONGEST_TOKEN) return undefined;
  try {
    const { sid } = partOf(token, 1) as { sid?: unknown };
    return typeof sid === 'string' && isId(sid) ? sid : undefined;
  } catch {
    return undefined;
  }
}

function kidOf(token: string): string | undefined {
  if (token.length > LONGEST_TOKEN) return undefined;
  try {
    return headerOfOurs.parse(partOf(token, 0)).kid;
  } catch {
    return undefined;
  }
}

function partOf(token: string, index: number): unknown {
  return JSON.parse(Buffer.from(token.split('.', 3)[index] ?? '', 'base64url').toString());
}

const epochSeconds = (at: Date) => at.getTime() / 1000;
