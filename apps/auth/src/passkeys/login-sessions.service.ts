import { Injectable } from '@nestjs/common';
import { Database, type Part, statement } from '@app/database';
import { AuthError, digest, type RequestContext } from '@app/kernel';
import { signedInSession, type OwnedSession } from '@app/sessions';
import { LoginTokens } from './login-tokens.js';

/** The session of a login's token. */
@Injectable()
export class LoginSessions {
  constructor(
    private readonly database: Database,
    private readonly tokens: LoginTokens,
  ) {}

  /**
   * A part of it, for a statement that looks it up: no row when it is over.
   *
   * @throws AuthError `session_not_found` for what is no token of ours, or no longer
   */
  async part(call: RequestContext, jwt: string): Promise<Part<OwnedSession>> {
    await this.tokens.verify(call, jwt);
    return signedInSession(call, digest(jwt));
  }

  /**
   * Looked up, not locked.
   *
   * @throws AuthError `session_not_found`
   */
  async owned(call: RequestContext, jwt: string): Promise<OwnedSession> {
    const owned = await this.database.row(statement(await this.part(call, jwt)));
    if (!owned) throw new AuthError('session_not_found');
    return owned;
  }
}
