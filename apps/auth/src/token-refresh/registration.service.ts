import { Injectable } from '@nestjs/common';
import { NewPassword, registerAccount, type Profile } from '@app/accounts';
import { audit } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import type { Call } from '@app/kernel';
import { RefreshRotation, RefreshTokens } from '@app/sessions';
import { TokenPairs, type TokenHolder, type TokenPair } from '@app/tokens';
import { refuseTaken } from './account.service.js';

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
  ) {}

  async register(call: Call, { password, ...names }: RegistrationRequest): Promise<Registered> {
    const passwordHash =
      password === undefined ? undefined : await this.passwords.hash(password, Object.values(names));
    const token = this.tokens.first();
    const session = { id: call.nextId(), method: 'pwd', token } as const;
    const parts: Parts = {
      created: registerAccount(call, { ...names, id: call.nextId(), passwordHash }),
      starting: sql`SELECT account_id, security_stamp, 'signed_in' AS stage FROM created WHERE ${passwordHash !== undefined}::boolean`,
      session: this.rotation.start(call, session, 'starting'),
      verdict: sql`
        SELECT 'created' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id
        FROM created c LEFT JOIN session s ON true`,
      audited: audit(call, 'account.register', 'verdict'),
    };
    const answer = sql`
      SELECT c.*, s.session_id, s.stage, s.amr, s.second_factor_at, true AS has_password
      FROM created c LEFT JOIN session s ON true`;
    const row = await this.database
      .row<Profile & TokenHolder>(statementOf(parts, answer))
      .catch((error: unknown) => refuseTaken(error));
    const profile = row as Profile & TokenHolder;
    return {
      profile,
      tokens: passwordHash ? await this.pairs.issue(profile, token.token, call.now) : undefined,
    };
  }
}
