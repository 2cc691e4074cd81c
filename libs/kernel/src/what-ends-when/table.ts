import { EVENTS, type AccountEvent, type StampEvent } from './events.js';
import { ATTEMPT_PURPOSES, type AttemptPurpose, type Credential, type Fates } from './things.js';

const tokens = { refresh_family: 'goes with its session', access_token: 'goes with its session' } as const;

/** What is open ends with the stamp it was made under. A sign-up is of no account yet; what stops a recovery opens nothing. */
const openEnds = {
  second_factor: 'ends',
  factor_setup: 'ends',
  sign_in: 'ends',
  sign_up: 'stays',
  contact_change: 'ends',
  magic_link: 'ends',
  link_exchange: 'ends',
  password_reset: 'ends',
  invitation: 'ends',
  sign_in_key: 'ends',
  recovery: 'ends',
  registration: 'ends',
  recovery_proof: 'ends',
  registration_proof: 'ends',
  login_proof: 'ends',
  user_action: 'ends',
  credential_code: 'ends',
  recovery_stop: 'stays',
} as const satisfies Record<AttemptPurpose, string>;

const openStays = {
  second_factor: 'stays',
  factor_setup: 'stays',
  sign_in: 'stays',
  sign_up: 'stays',
  contact_change: 'stays',
  magic_link: 'stays',
  link_exchange: 'stays',
  password_reset: 'stays',
  invitation: 'stays',
  sign_in_key: 'stays',
  recovery: 'stays',
  registration: 'stays',
  recovery_proof: 'stays',
  registration_proof: 'stays',
  login_proof: 'stays',
  user_action: 'stays',
  credential_code: 'stays',
  recovery_stop: 'stays',
} as const satisfies Record<AttemptPurpose, string>;

const credentialsStay = {
  password: 'stays',
  authenticator: 'stays',
  set_up: 'needs its code',
  backup_codes: 'stays',
  phone: 'stays',
  names: 'stays',
  key: 'stays',
  identity: 'stays',
  pending_recovery: 'stays',
} as const satisfies Record<Credential, string>;

const credentialsEnd = {
  password: 'ends',
  authenticator: 'ends',
  set_up: 'ends',
  backup_codes: 'ends',
  phone: 'ends',
  names: 'ends',
  key: 'ends',
  identity: 'ends',
  pending_recovery: 'ends',
} as const satisfies Record<Credential, string>;

/** What a second factor consists of goes with it. */
const factorEnds = {
  authenticator: 'ends',
  set_up: 'ends',
  backup_codes: 'ends',
  phone: 'ends, unless it signs in',
} as const;

const allEnd = { ...tokens, session: 'ends', pending_session: 'ends', ...openEnds } as const;
const signedInStay = { ...allEnd, session: 'stays' } as const;
const oneEnds = {
  ...tokens,
  session: 'the one ends',
  pending_session: 'the one ends',
  ...openStays,
} as const;

/**
 * What ends when: of every event, what becomes of everything that opens the account. It is read by whatever does an event, and nobody
 * else says what survives one. docs/security/what-ends-when.md is the same table as text.
 */
export const whatEndsWhen = {
  password_changed: {
    ...allEnd,
    ...credentialsStay,
    session: 'ends, but for the one that did it',
    password: 'ends',
  },
  password_reset: { ...allEnd, ...credentialsStay, password: 'ends' },
  password_set_by_operator: { ...allEnd, ...credentialsStay, password: 'ends' },
  registered_mailbox_proven: { ...allEnd, ...credentialsEnd },
  invited_mailbox_proven: { ...allEnd, ...credentialsStay, password: 'ends' },
  authenticator_connected: {
    ...allEnd,
    ...credentialsStay,
    ...factorEnds,
    session: 'ends, unless proven by an authenticator',
  },
  texts_connected: {
    ...allEnd,
    ...credentialsStay,
    ...factorEnds,
    session: 'ends, unless proven by a text',
    phone: 'ends',
  },
  factor_chosen: { ...signedInStay, ...credentialsStay, ...factorEnds },
  factor_removed: { ...signedInStay, ...credentialsStay, ...factorEnds },
  factor_set_by_operator: {
    ...signedInStay,
    ...credentialsStay,
    ...factorEnds,
    invitation: 'stays',
    sign_in_key: 'stays',
  },
  phone_set_by_operator: { ...signedInStay, ...credentialsStay, phone: 'ends' },
  email_changed: { ...signedInStay, ...credentialsStay },
  phone_changed: { ...signedInStay, ...credentialsStay, phone: 'ends' },
  recovery_completed: { ...allEnd, ...credentialsStay, key: 'ends', pending_recovery: 'ends' },
  account_disabled: { ...allEnd, ...credentialsStay, pending_recovery: 'ends' },
  deletion_asked: { ...allEnd, ...credentialsStay, pending_recovery: 'ends' },
  sessions_revoked: { ...allEnd, ...credentialsStay },
  signed_out_everywhere: { ...allEnd, ...credentialsStay },
  signed_out_elsewhere: { ...allEnd, ...credentialsStay, session: 'ends, but for the one that did it' },
  signed_out_here: { ...oneEnds, ...credentialsStay, set_up: 'stays' },
  session_revoked: { ...oneEnds, ...credentialsStay, set_up: 'stays' },
  refresh_replayed: { ...oneEnds, ...credentialsStay, set_up: 'stays' },
  invited_over: { ...allEnd, ...credentialsEnd, recovery_stop: 'ends' },
  account_deleted: { ...allEnd, ...credentialsEnd, recovery_stop: 'ends' },
  signed_up_over: { ...allEnd, ...credentialsEnd, recovery_stop: 'ends' },
} as const satisfies Record<AccountEvent, Fates>;

/** The row of an event, without what is true of this one alone. */
export function fatesAt(event: AccountEvent): Fates {
  return whatEndsWhen[event];
}

const stampEvents = (Object.keys(EVENTS) as AccountEvent[]).filter(isStampEvent);

function isStampEvent(event: AccountEvent): event is StampEvent {
  return EVENTS[event].reach === 'account';
}

/** What no event that raises a stamp ends: it does not look at the stamp. */
export const OUTLASTING: AttemptPurpose[] = ATTEMPT_PURPOSES.filter((purpose) =>
  stampEvents.every((event) => fatesAt(event)[purpose] === 'stays'),
);

/** What the event leaves open although it raises the stamp: it has to be carried over. */
export function leftOpenAt(event: StampEvent): AttemptPurpose[] {
  return ATTEMPT_PURPOSES.filter(
    (purpose) => fatesAt(event)[purpose] === 'stays' && !OUTLASTING.includes(purpose),
  );
}
