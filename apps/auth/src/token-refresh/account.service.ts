import { Injectable } from '@nestjs/common';
import { changeProfile, NewPassword, raiseStamp, withProfile, type Profile } from '@app/accounts';
import { audit } from '@app/audit';
import { Database, sql, statementOf, violatedConstraint } from '@app/database';
import { AuthError, type Call } from '@app/kernel';
import { endSession, endSessionsOf, sessionOfToken, survivors } from '@app/sessions';
import { Freshness } from './freshness.js';

export interface AccountChange {
  email?: string;
  username?: string;
  firstName?: string;
  lastName?: string;
  password?: string;
}

/** What the holder of an access token learns of the account, and changes about it. */
@Injectable()
export class AccountService {
  constructor(
    private readonly database: Database,
    private readonly passwords: NewPassword,
    private readonly freshness: Freshness,
  ) {}

  async current(call: Call, sessionId: string): Promise<Profile> {
    const parts = { session: sessionOfToken(call, sessionId) };
    const profile = await this.database.row<Profile>(
      statementOf(parts, withProfile<{ account_id: string }>('session').body),
    );
    if (!profile) throw new AuthError('session_not_found');
    return profile;
  }

  /**
   * Needs a fresh second factor, and for what the account is entered by (user name, password) a fresh proof of any kind.
   * A new password ends all other sessions.
   */
  async change(
    call: Call,
    sessionId: string,
    { email, password, ...change }: AccountChange,
  ): Promise<Profile> {
    const lenient = password === undefined && change.username === undefined;
    const profile = await this.fresh(call, sessionId, lenient);
    if (email !== undefined && email !== profile.email) {
      const error = 'cannot be changed here: the new mailbox has to be proven';
      throw new AuthError('invalid_parameters', { parameters: [{ parameter: 'email', error }] });
    }
    const known = [profile.email, profile.username, profile.phone, profile.first_name, profile.last_name];
    const passwordHash =
      password === undefined
        ? undefined
        : await this.passwords.hash(password, [...known, ...Object.values(change)]);
    const parts = {
      session: sessionOfToken(call, sessionId),
      allowed: this.freshness.fresh(call, 'session', lenient),
      changed: changeProfile(call, { ...change, passwordHash }, 'allowed'),
      ...(passwordHash && endSessionsOf(call, 'password_changed', 'changed', survivors.only(sessionId))),
      verdict: sql`
        SELECT 'changed' AS outcome, account_id, ${sessionId}::bigint AS session_id, NULL::bigint AS attempt_id FROM changed`,
      audited: audit(call, 'account.update', 'verdict'),
    };
    const changed = await this.database
      .row<Profile>(statementOf(parts, sql`SELECT * FROM changed`))
      .catch((error: unknown) => refuseTaken(error));
    if (!changed) throw new AuthError('proof_stale');
    return changed;
  }

  private async fresh(call: Call, sessionId: string, lenient: boolean): Promise<Profile> {
    const parts = {
      session: sessionOfToken(call, sessionId),
      allowed: this.freshness.fresh(call, 'session', lenient),
    };
    const answer = sql`
      SELECT p.*, EXISTS (SELECT FROM allowed) AS fresh FROM ${withProfile<{ account_id: string }>('session')} p`;
    const profile = await this.database.row<Profile & { fresh: boolean }>(statementOf(parts, answer));
    if (!profile) throw new AuthError('session_not_found');
    if (!profile.fresh) throw new AuthError('proof_stale');
    return profile;
  }

  /**
   * Ends every session of the account, in all protocols. One that still waits for the second factor ends itself alone: whoever has only
   * the password must not be able to sign its owner out.
   */
  async signOut(call: Call, sessionId: string): Promise<void> {
    const parts = {
      session: sessionOfToken(call, sessionId),
      own: endSession(sessionId, 'logout', call.now),
      proven: sql`SELECT account_id FROM session WHERE stage = 'signed_in'`,
      signed_out: raiseStamp(call, 'proven'),
      ...endSessionsOf(call, 'logout', 'signed_out', survivors.none, 'own'),
      verdict: sql`
        SELECT 'ended' AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session`,
      audited: audit(call, 'session.end', 'verdict'),
    };
    const row = await this.database.row(statementOf(parts, sql`SELECT session_id FROM session`));
    if (!row) throw new AuthError('session_not_found');
  }
}

/** A violated name of an account, as a refusal. */
export function refuseTaken(error: unknown): never {
  const column = /^accounts_(email|username|phone)_key$/.exec(violatedConstraint(error) ?? '')?.[1];
  if (column) throw new AuthError(`${column as 'email' | 'username' | 'phone'}_taken`);
  throw error;
}
