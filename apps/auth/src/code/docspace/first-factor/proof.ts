import type { KnownAccount } from '@app/accounts';
import type { AuditEvent } from '@app/audit';
import { type Parts, type Sql, sql } from '@app/database';
import type { AuthErrorCode, AuthErrorDetails } from '@app/kernel';
import type { AuthenticationMethod } from '@app/sessions';

/** A first factor that was right. What it does, it does in the statements that make use of it: here are its parts of them. */
export interface Proven {
  account: KnownAccount;
  method: AuthenticationMethod['method'];
  /** As what it goes to the audit log. */
  event: AuditEvent;
  /**
   * Parts that end in one called `name` (`account_id, security_stamp`): the account, as long as what was proven of it is still so. `alone`:
   * for a statement that goes on to change it.
   */
  hold(name: string, alone?: boolean): Parts;
  /** Parts for the first statement that holds the account as `held`. */
  also: Parts;
  /** Parts for the statement that signs the account of part `session` in. */
  spent: Parts;
  /** Parts between part `from` (`account_id, security_stamp`), which is about to get a session, and the session: they end in `admitted`, its rows that may. */
  admit?(from: string): Parts;
  /** Of the attempt that it redeems, if it is one: `{id}`. */
  attempt?: Sql;
}

/** One that was not. `accountId`: whose it would have been, for the audit log alone. */
export interface Refused {
  refused: AuthErrorCode;
  outcome: string;
  event: AuditEvent;
  accountId: string | null;
  details?: AuthErrorDetails;
}

export const NO_ATTEMPT = sql`SELECT NULL::bigint AS id`;
