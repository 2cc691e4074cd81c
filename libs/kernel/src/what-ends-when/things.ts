/** What the right answer to an attempt is good for, by purpose, as docs/security/what-ends-when.md calls it. */
const PURPOSES = {
  second_factor: 'second factor',
  factor_setup: 'second factor, being set up',
  sign_in: 'sign-in: code, link, text',
  sign_up: 'sign-up',
  contact_change: 'new address or phone',
  magic_link: 'magic link and its code',
  link_exchange: 'code of a redirect',
  password_reset: 'reset link',
  invitation: 'invitation',
  sign_in_key: 'key by mail',
  recovery: 'recovery code',
  registration: 'registration code',
  recovery_proof: 'recovery ticket',
  registration_proof: 'registration ticket',
  login_proof: 'login challenge',
  user_action: 'action to be signed',
  credential_code: 'code for a new key',
  recovery_stop: 'link that stops a recovery',
} as const;

/** What a right answer is good for. Success closes the account's other open attempts of the same purpose. */
export type AttemptPurpose = keyof typeof PURPOSES;

const SESSIONS = {
  session: 'session',
  pending_session: 'session that waits for the second factor',
  refresh_family: 'refresh tokens',
  access_token: 'access token',
} as const;

const CREDENTIALS = {
  password: 'password',
  authenticator: 'authenticator',
  set_up: 'set-up that waits for its code',
  backup_codes: 'backup codes',
  phone: 'phone',
  names: 'user name, names',
  key: 'passkeys and keys',
  identity: 'linked identity',
  pending_recovery: 'recovery that waits',
} as const;

/** Everything that opens an account, or is about to. */
export const THINGS = { ...SESSIONS, ...PURPOSES, ...CREDENTIALS } as const;
export type Thing = keyof typeof THINGS;

/** What an account has, beside sessions and what is open. */
export type Credential = keyof typeof CREDENTIALS;

export const ATTEMPT_PURPOSES = Object.keys(PURPOSES) as AttemptPurpose[];

/** What becomes of the sessions of an account whose stamp is raised. */
export type SessionFate =
  | 'ends'
  | 'stays'
  | 'ends, but for the one that did it'
  | 'ends, unless proven by an authenticator'
  | 'ends, unless proven by a text';

/** What becomes of each thing. Refresh and access tokens have no fate of their own: they are judged by their session. */
export type Fates = Record<AttemptPurpose, 'ends' | 'stays'> &
  Record<Exclude<Credential, 'phone' | 'set_up'>, 'ends' | 'stays'> & {
    /** `the one ends`: the session that the event is about. */
    session: SessionFate | 'the one ends';
    pending_session: 'ends' | 'stays' | 'the one ends';
    refresh_family: 'goes with its session';
    access_token: 'goes with its session';
    /** `unless it signs in`: one that is there for the codes of a second factor alone goes with it. */
    phone: 'ends' | 'stays' | 'ends, unless it signs in';
    /** `needs its code`: nothing comes of it without the attempt that was opened with it. */
    set_up: 'ends' | 'needs its code' | 'stays';
  };
