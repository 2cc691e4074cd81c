interface EventKind {
  /** As docs/security/what-ends-when.md calls it. */
  name: string;
  /**
   * `account`: its stamp is raised, and with that everything made for it before is judged anew; `session`: one session ends;
   * `removal`: the account goes, and all that it has goes along.
   */
  reach: 'account' | 'session' | 'removal';
  /** What the sessions that it ends say of their end; those of an account that goes are nothing any more. */
  reason?: string;
}

/** What happens to an account and ends something that opens it. */
export const EVENTS = {
  password_changed: {
    name: 'password changed by its owner',
    reach: 'account',
    reason: 'password_changed',
  },
  password_reset: {
    name: 'password reset by a link',
    reach: 'account',
    reason: 'password_reset',
  },
  password_set_by_operator: {
    name: 'password given by an operator',
    reach: 'account',
    reason: 'password_changed',
  },
  registered_mailbox_proven: {
    name: 'mailbox proven for the first time, of a registered account',
    reach: 'account',
    reason: 'mailbox_proven',
  },
  invited_mailbox_proven: {
    name: 'mailbox proven for the first time, of an invited account',
    reach: 'account',
    reason: 'mailbox_proven',
  },
  authenticator_connected: {
    name: 'authenticator put to use by its owner',
    reach: 'account',
    reason: 'second_factor_enabled',
  },
  texts_connected: {
    name: 'phone for the second factor put to use by its owner',
    reach: 'account',
    reason: 'second_factor_enabled',
  },
  factor_chosen: {
    name: 'another second factor asked for by its owner',
    reach: 'account',
    reason: 'second_factor_changed',
  },
  factor_removed: {
    name: 'second factor taken away by its owner',
    reach: 'account',
    reason: 'second_factor_disabled',
  },
  factor_set_by_operator: {
    name: 'second factor changed or taken away by an operator',
    reach: 'account',
    reason: 'second_factor_changed',
  },
  phone_set_by_operator: {
    name: 'phone set or removed by an operator',
    reach: 'account',
    reason: 'phone_changed',
  },
  email_changed: { name: 'address changed by its owner', reach: 'account', reason: 'email_changed' },
  phone_changed: { name: 'phone set or removed by its owner', reach: 'account', reason: 'phone_changed' },
  recovery_completed: { name: 'recovery completed', reach: 'account', reason: 'recovered' },
  account_disabled: { name: 'account disabled', reach: 'account', reason: 'disabled' },
  deletion_asked: { name: 'account to be deleted', reach: 'account', reason: 'deletion' },
  sessions_revoked: { name: 'all sessions revoked by an operator', reach: 'account', reason: 'revoked' },
  signed_out_everywhere: { name: 'signed out everywhere', reach: 'account', reason: 'logout' },
  signed_out_elsewhere: { name: 'signed out everywhere else', reach: 'account', reason: 'logout' },
  signed_out_here: { name: 'signed out here', reach: 'session', reason: 'logout' },
  session_revoked: { name: 'one session revoked by an operator', reach: 'session', reason: 'revoked' },
  refresh_replayed: { name: 'refresh token replayed', reach: 'session', reason: 'refresh_replayed' },
  invited_over: { name: 'invitation of an address that somebody registered', reach: 'removal' },
  account_deleted: { name: 'account deleted', reach: 'removal' },
  signed_up_over: { name: 'sign-up with an address that somebody registered', reach: 'removal' },
} as const satisfies Record<string, EventKind>;

export type AccountEvent = keyof typeof EVENTS;

type Reaching<Reach extends EventKind['reach']> = {
  [Event in AccountEvent]: (typeof EVENTS)[Event]['reach'] extends Reach ? Event : never;
}[AccountEvent];

/** An event that raises the stamp of the account. */
export type StampEvent = Reaching<'account'>;
/** An event that ends one session, which it names. */
export type SessionEvent = Reaching<'session'>;
