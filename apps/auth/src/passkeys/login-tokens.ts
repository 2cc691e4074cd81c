import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { AuthError, plusSeconds, type RequestContext } from '@app/kernel';
import { AccessTokens } from '@app/tokens';
import type { ProvenLogin } from './login-proof.service.js';

/** The name the protocol's clients read the organisation under. */
const APP_METADATA = 'https://custom/app_metadata';

/** A token that is signed, for a session that is about to be. */
export interface LoginToken {
  jwt: string;
  sessionId: string;
  expiresAt: Date;
}

/** The tokens of this protocol's sessions: JWTs that anybody can check with the published keys. */
@Injectable()
export class LoginTokens {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly config: Config,
  ) {}

  async sign(call: RequestContext, { account, step }: ProvenLogin): Promise<LoginToken> {
    const sessionId = call.nextId();
    const { lifeSeconds } = this.config.tokens;
    const claims = {
      sub: account.uuid,
      sid: sessionId,
      scopes: [],
      amr: step === undefined ? ['pop'] : ['pop', 'otp'],
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
