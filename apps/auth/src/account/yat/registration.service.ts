import { Injectable } from '@nestjs/common';
import { NewPassword, registerAccount, type Profile } from '@app/accounts';
import { audit, type Recorded } from '@app/audit';
import { Config } from '@app/config';
import { Database, part, sql, statement } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { RefreshRotation, RefreshTokens, type StartedBy } from '@app/sessions';
import { refuseTakenName } from '@app/sign-in';
import { TokenPairs, type TokenHolder, type TokenPair } from '@app/tokens';
import { SilentRegistrationService } from './silent-registration.service.js';

export interface RegistrationRequest {
  email?: string;
  username?: string;
  firstName?: string;
  lastName?: string;
  password?: string;
}

export interface Registered {
  profile: Profile;
  /** None without a password: nothing was proven then that could sign in. */
  tokens?: TokenPair;
}

/** People who make themselves an account. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly database: Database,
    private readonly passwords: NewPassword,
    private readonly tokens: RefreshTokens,
    private readonly rotation: RefreshRotation,
    private readonly pairs: TokenPairs,
    private readonly silently: SilentRegistrationService,
    private readonly config: Config,
  ) {}

  /**
   * Where accounts are not disclosed, an address gives no tokens: they would tell by working or not.
   *
   * @throws AuthError `password_weak`, `busy`, `email_taken`, `username_taken`
   */
  async register(call: RequestContext, request: RegistrationRequest): Promise<Registered> {
    const { email } = request;
    if (email === undefined || this.config.signUp.disclosesAccounts)
      return this.registerOpenly(call, request);
    return { profile: await this.silently.register(call, { ...request, email }) };
  }

  private async registerOpenly(
    call: RequestContext,
    { password, ...names }: RegistrationRequest,
  ): Promise<Registered> {
    const passwordHash =
      password === undefined ? undefined : await this.passwords.hash(password, Object.values(names));
    const token = this.tokens.first();
    const session = { id: call.nextId(), method: 'pwd', token } as const;
    const created = registerAccount(call, { ...names, id: call.nextId(), passwordHash });
    const starting = part<StartedBy>(
      'starting',
      sql`
        SELECT account_id, security_stamp, 'signed_in' AS stage FROM ${created}
        WHERE ${passwordHash !== undefined}::boolean`,
    );
    const started = this.rotation.start(call, session, starting);
    const registered = part<Profile & TokenHolder & Recorded>(
      'registered',
      sql`
        SELECT c.*, s.session_id, s.stage, s.amr, s.second_factor_at, true AS has_password, 'created' AS outcome,
          NULL::bigint AS attempt_id
        FROM ${created} c LEFT JOIN ${started} s ON true`,
    );
    const row = await this.database
      .row(statement(registered, audit(call, 'account.register', registered)))
      .catch(refuseTakenName);
    const profile = row as Profile & TokenHolder;
    return {
      profile,
      tokens: passwordHash ? await this.pairs.issue(profile, token.token, call.now) : undefined,
    };
  }
}
