import { Injectable } from '@nestjs/common';
import {
  changeProfile,
  NewPassword,
  raiseStamp,
  withProfile,
  type OfAccount,
  type Profile,
} from '@app/accounts';
import { audit, recordedAs, type Recorded } from '@app/audit';
import { Database, type Effect, part, type Part, sql, statement } from '@app/database';
import { AuthError, isSameEmail, type RequestContext } from '@app/kernel';
import { endSession, sessionOfToken } from '@app/sessions';
import {
  endedBy,
  Freshness,
  OwnerNotices,
  refuseTakenName,
  sessionAndAccount,
  type ProvenFactor,
} from '@app/sign-in';

/** The account as it is from now on. */
type ChangedProfile = ReturnType<typeof changeProfile>['row'];

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
    private readonly notices: OwnerNotices,
  ) {}

  /** @throws AuthError `session_not_found` */
  async current(call: RequestContext, sessionId: string): Promise<Profile> {
    const profile = await this.database.row(statement(withProfile(sessionOfToken(call, sessionId))));
    if (!profile) throw new AuthError('session_not_found');
    return profile;
  }

  /**
   * Needs a fresh second factor, and for what the account is entered by (user name, password) a fresh proof of any kind.
   * A new password ends all other sessions. Of both the owner is told. `proof`: one that came with this very call.
   *
   * @throws AuthError `session_not_found`, `proof_stale`, `invalid_parameters`, `password_weak`, `username_taken`
   */
  async change(
    call: RequestContext,
    sessionId: string,
    { email, password, ...change }: AccountChange,
    proof?: ProvenFactor,
  ): Promise<Profile> {
    const lenient = proof !== undefined || (password === undefined && change.username === undefined);
    const profile = await this.fresh(call, sessionId, lenient);
    if (email !== undefined && !isSameEmail(email, profile.email)) {
      const error = 'cannot be changed here: the new mailbox has to be proven';
      throw new AuthError('invalid_parameters', { parameters: [{ parameter: 'email', error }] });
    }
    const known = [profile.email, profile.username, profile.phone, profile.first_name, profile.last_name];
    const passwordHash =
      password === undefined
        ? undefined
        : await this.passwords.hash(password, [...known, ...Object.values(change)]);
    const allowed = this.freshness.fresh(call, sessionAndAccount(call, sessionId), lenient);
    const changed = changeProfile(call, { ...change, passwordHash }, allowed);
    const named = change.username !== undefined && change.username !== profile.username;
    const effects = [
      ...(proof?.also(changed) ?? []),
      ...(passwordHash === undefined ? [] : this.endOthers(call, sessionId, changed)),
      ...(named ? this.tell(call, 'username_changed', changed) : []),
      audit(call, 'account.update', verdictOf(sessionId, changed)),
    ];
    const row = await this.database.row(statement(changed, ...effects)).catch(refuseTakenName);
    if (!row) throw new AuthError('proof_stale');
    return row;
  }

  /** What a new password ends, and its owner is told. */
  private endOthers(call: RequestContext, sessionId: string, changed: Part<ChangedProfile>): Effect[] {
    const { effects } = endedBy('password_changed', call, changed, { own: sessionId });
    return [...effects, ...this.tell(call, 'password_changed', changed)];
  }

  /** Whoever registers the address of somebody else must not fill their mailbox: of an account that nobody has proven nobody is told. */
  private tell(
    call: RequestContext,
    template: 'password_changed' | 'username_changed',
    changed: Part<ChangedProfile>,
  ): Effect[] {
    const proven = part<OfAccount>(
      'proven',
      sql`SELECT account_id FROM ${changed} WHERE activated_at IS NOT NULL`,
    );
    return this.notices.tell(call, proven, { template, facts: {} });
  }

  private async fresh(call: RequestContext, sessionId: string, lenient: boolean): Promise<Profile> {
    const session = sessionOfToken(call, sessionId);
    const allowed = this.freshness.fresh(call, session, lenient);
    const holder = part<Profile & { fresh: boolean }>(
      'holder',
      sql`SELECT p.*, EXISTS (SELECT FROM ${allowed}) AS fresh FROM ${withProfile(session)} p`,
    );
    const profile = await this.database.row(statement(holder));
    if (!profile) throw new AuthError('session_not_found');
    if (!profile.fresh) throw new AuthError('proof_stale');
    return profile;
  }

  /**
   * Ends every session of the account, in all protocols. One that still waits for the second factor ends itself alone: whoever has only
   * the password must not be able to sign its owner out.
   *
   * @throws AuthError `session_not_found`
   */
  async signOut(call: RequestContext, sessionId: string): Promise<void> {
    const session = sessionAndAccount(call, sessionId);
    const own = endSession('signed_out_here', sessionId, call.now);
    const proven = part<OfAccount>(
      'proven',
      sql`SELECT account_id FROM ${session} WHERE stage = 'signed_in'`,
    );
    const raised = raiseStamp(call, proven);
    const { effects } = endedBy('signed_out_everywhere', call, raised, { settled: own });
    const audited = audit(call, 'session.end', recordedAs('ended', session));
    if (!(await this.database.row(statement(session, own, ...effects, audited))))
      throw new AuthError('session_not_found');
  }
}

function verdictOf(sessionId: string, changed: Part<OfAccount>): Part<Recorded> {
  return part(
    'verdict',
    sql`
    SELECT 'changed' AS outcome, account_id, ${sessionId}::bigint AS session_id, NULL::bigint AS attempt_id FROM ${changed}`,
  );
}
