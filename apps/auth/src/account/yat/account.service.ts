import { Injectable } from '@nestjs/common';
import {
  changeProfile,
  lockAccount,
  NewPassword,
  raiseStamp,
  removePassword,
  withProfile,
  type HeldAccount,
  type OfAccount,
  type Profile,
  type WantedContact,
} from '@app/accounts';
import { audit, recordedAs, type Recorded } from '@app/audit';
import { Database, type Effect, part, type Part, sql, statement } from '@app/database';
import { AuthError, isSameEmail, type RequestContext } from '@app/kernel';
import { endSession, sessionOfToken } from '@app/sessions';
import {
  ContactChange,
  endedBy,
  Freshness,
  OwnerNotices,
  refuseTakenName,
  sessionAndAccount,
  type Asked,
  type Permission,
  type ProvenFactor,
} from '@app/sign-in';

/** The account as it is from now on. */
type ChangedProfile = ReturnType<typeof changeProfile>['row'];
type ChangedRow = ChangedProfile & Partial<Asked>;

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
    private readonly contacts: ContactChange,
  ) {}

  /**
   * Needs a fresh second factor, and for what the account is entered by (address, user name, password) a fresh proof of any kind.
   * A new password ends all other sessions. Of both the owner is told. Another address counts when it is proven by what is mailed
   * there. `proof`: one that came with this very call.
   *
   * @throws AuthError `session_not_found`, `proof_stale`, `account_not_activated`, `password_weak`, `username_taken`, `email_taken`,
   *   `resend_too_soon`
   */
  async change(
    call: RequestContext,
    sessionId: string,
    { email, password, ...change }: AccountChange,
    proof?: ProvenFactor,
  ): Promise<Profile> {
    const entered = [email, password, change.username].some((value) => value !== undefined);
    const lenient = proof !== undefined || !entered;
    const profile = await this.fresh(call, sessionId, lenient);
    const known = [profile.email, profile.username, profile.phone, profile.first_name, profile.last_name];
    const passwordHash =
      password === undefined
        ? undefined
        : await this.passwords.hash(password, [...known, ...Object.values(change)]);
    const allowed = this.freshness.fresh(call, sessionAndAccount(call, sessionId), lenient);
    const wanted = wantedOf(email, profile);
    const permission = wanted && this.contacts.permission(call, wanted, allowed);
    const changed = changeProfile(call, { ...change, passwordHash }, permission?.permitted ?? allowed);
    const named = change.username !== undefined && change.username !== profile.username;
    const effects = [
      ...(proof?.also(changed) ?? []),
      ...(passwordHash === undefined ? [] : this.endOthers(call, sessionId, changed)),
      ...(named ? this.tell(call, 'username_changed', changed) : []),
      ...(permission ? this.contacts.sendLink(call, wanted.address, changed, permission.other) : []),
      audit(call, 'account.update', verdictOf(sessionId, changed)),
    ];
    const answer: Part<ChangedRow> = permission ? withRefusal(permission, changed) : changed;
    const row = await this.database.row(statement(answer, ...effects)).catch(refuseTakenName);
    if (wanted && row) this.contacts.refuse(call, wanted, row);
    if (!row?.uuid) throw new AuthError('proof_stale');
    return row;
  }

  /**
   * Takes the password away, which ends what a new one would; of an account that is entered in another way. `proof`: by the password itself.
   *
   * @throws AuthError `session_not_found`, `proof_stale`, `not_permitted` where nothing else opens the account
   */
  async removePassword(call: RequestContext, sessionId: string, proof: ProvenFactor): Promise<void> {
    await this.fresh(call, sessionId, true);
    const allowed = this.freshness.fresh(call, sessionAndAccount(call, sessionId), true);
    const changed = removePassword(call, allowed);
    const effects = [...proof.also(changed), ...this.endOthers(call, sessionId, changed)];
    const audited = audit(call, 'account.update', verdictOf(sessionId, changed));
    // What else opens the account is looked at while nobody else changes it.
    const lock = lockAccount(proof.account.id);
    const [row] = await this.database.rowsUnderLock(lock, statement(changed, ...effects, audited));
    if (!row) throw new AuthError('not_permitted');
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

/** The address that is to be proven, if the account has another one. Of an account that nobody has proven, its own is first. */
function wantedOf(email: string | undefined, profile: Profile): WantedContact | undefined {
  if (email === undefined || isSameEmail(email, profile.email)) return undefined;
  if (!profile.activated_at) throw new AuthError('account_not_activated');
  return { channel: 'email', address: email };
}

/** The account as it is from now on, or why nothing of it is done. */
function withRefusal(
  { refusal, nextAt }: Permission<HeldAccount>,
  changed: Part<ChangedProfile>,
): Part<ChangedRow> {
  return part(
    'answer',
    sql`
    SELECT ${refusal} AS refusal, n.next_at, c.* FROM (VALUES (1)) one LEFT JOIN ${changed} c ON true LEFT JOIN ${nextAt} n ON true`,
  );
}

function verdictOf(sessionId: string, changed: Part<OfAccount>): Part<Recorded> {
  return part(
    'verdict',
    sql`
    SELECT 'changed' AS outcome, account_id, ${sessionId}::bigint AS session_id, NULL::bigint AS attempt_id FROM ${changed}`,
  );
}
