import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { AccessTokens, PENDING_SCOPE } from '@app/tokens';
import type { ActiveRow } from './active-session.question.js';

/** A credential that is good, and what it is good for. Times in epoch seconds. */
export interface ActiveCredential {
  account: string;
  session: string;
  protocol: string;
  amr: string[];
  /** Whether two factors have been proven, or one. */
  acr: string;
  authenticatedAt: number;
  issuedAt: number;
  expiresAt: number;
  /** Of a signed token alone. */
  scopes?: string[];
  audience?: string;
}

/** Names of our own: nobody else has to know what they stand for. */
const ONE_FACTOR = 'urn:countersign:one-factor';
const TWO_FACTORS = 'urn:countersign:two-factors';

/** Whether a credential is good, judged by its session's row, and of a signed token by its signature as well. */
@Injectable()
export class SessionCheckService {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly config: Config,
  ) {}

  /** `row`: the session it was found by; `jwt`: the credential, where it is a signed token. Undefined: it is not good. */
  async judge(
    row: ActiveRow | undefined,
    jwt: string | undefined,
    now: Date,
  ): Promise<ActiveCredential | undefined> {
    const claims = jwt === undefined ? undefined : await this.tokens.verify(jwt, now);
    if (!row) return undefined;
    const found = credentialOf(row);
    if (jwt === undefined) return found;
    // A token of the time before the second factor does not become good by it.
    if (!claims || claims.scopes.includes(PENDING_SCOPE)) return undefined;
    const expiresAt = Math.min(claims.exp, found.expiresAt);
    return { ...found, issuedAt: claims.iat, expiresAt, scopes: claims.scopes, audience: claims.aud };
  }

  get issuer(): string {
    return this.config.tokens.issuer;
  }
}

function credentialOf({ sid, uuid, protocol, amr, ...row }: ActiveRow): ActiveCredential {
  const methods = [...new Set(amr.map(({ method }) => method))];
  return {
    account: uuid,
    session: sid,
    protocol,
    amr: methods,
    acr: methods.length > 1 ? TWO_FACTORS : ONE_FACTOR,
    authenticatedAt: epochSeconds(row.signed_in_at),
    issuedAt: epochSeconds(row.issued_at),
    expiresAt: epochSeconds(row.expires_at),
  };
}

const epochSeconds = (at: string) => Math.floor(Date.parse(at) / 1000);
