import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { AuthError, plusSeconds, type RequestContext } from '@app/kernel';
import { AccessTokens } from '@app/tokens';
import type { ProvenLogin } from '@app/sign-in';

/** The name the protocol's clients read the organisation under. */
const APP_METADATA = 'https://custom/app_metadata';

/** A token that is signed, for a session that is about to be. */
export interface LoginToken {
  jwt: string;
  sessionId: string;
  expiresAt: Date;
}

/**
 * By what the second factor of the account is proven, where it has one: without it nobody gets as far as a session. The session has it
 * written down as its token does, so that it is not ended as one that was made without this factor.
 */
export function secondProofOf({
  account: { second_factor },
}: ProvenLogin): 'otp' | 'email' | 'sms' | undefined {
  if (second_factor === 'none') return undefined;
  return second_factor === 'totp' ? 'otp' : second_factor;
}

/** The tokens of this protocol's sessions: JWTs that anybody can check with the published keys. */
@Injectable()
export class LoginTokens {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly config: Config,
  ) {}

  async sign(call: RequestContext, login: ProvenLogin): Promise<LoginToken> {
    const { account } = login;
    const second = secondProofOf(login);
    const sessionId = call.nextId();
    const { lifeSeconds } = this.config.tokens;
    const claims = {
      sub: account.uuid,
      sid: sessionId,
      scopes: [],
      amr: second ? ['pop', second] : ['pop'],
      ...(account.org_id && { [APP_METADATA]: { orgId: account.org_id } }),
    };
    const jwt = await this.accessTokens.sign(claims, call.now, lifeSeconds);
    return { jwt, sessionId, expiresAt: plusSeconds(call.now, lifeSeconds) };
  }

  /** Refuses what is no token of ours, or no longer. */
  async verify(call: RequestContext, jwt: string): Promise<void> {
    if (!(await this.accessTokens.verify(jwt, call.now))) throw new AuthError('session_not_found');
  }
}
