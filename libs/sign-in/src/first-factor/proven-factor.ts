import type { HeldAccount, KnownAccount, ProvenIdentity } from '@app/accounts';
import type { AuditEvent } from '@app/audit';
import type { Effect, Part } from '@app/database';
import type { AuthErrorCode, AuthErrorDetails } from '@app/kernel';
import type { AuthenticationMethod, OwnedSession } from '@app/sessions';

/** A first factor that was right. What follows from it happens in the statements that make use of it: these are its parts of them. */
export interface ProvenFactor {
  account: KnownAccount;
  method: AuthenticationMethod['method'];
  /** Under which the proof is recorded in the audit log. */
  event: AuditEvent;
  /**
   * The account, locked, as long as what was proven of it still holds. `alone`: for a statement that goes on to change the
   * account; of calls that only shared the lock no two could both change it.
   */
  hold(alone?: boolean): Part<HeldAccount>;
  /** For the first statement that holds the account. `isSpent`: it is the one that spends what can be used once, too. */
  also(held: Part<HeldAccount>, isSpent?: boolean): Effect[];
  /** For the statement that signs the account in: what can be used once is used up by this session. */
  spent?(session: Part<OwnedSession>): Effect[];
  /** Which accounts may have a session that is about to be made of this proof; without it, all of them. */
  admit?<Row extends HeldAccount>(from: Part<Row>): { admitted: Part<Row>; effects: Effect[] };
  /** That of a provider which the first session links to the account. */
  unlinked?: ProvenIdentity;
  /** The attempt that it redeems, if it is one. */
  attemptId?: string;
}

/** A first factor that was not. `accountId`: whose it would have been, for the audit log alone. */
export interface RefusedFactor {
  refused: AuthErrorCode;
  outcome: string;
  event: AuditEvent;
  accountId: string | null;
  details?: AuthErrorDetails;
}
