import { CONSOLE_LIMITS } from './limits-of-console.js';
import { RECIPIENT_LIMITS } from './limits-of-recipients.js';
import { SERVICE_LIMITS } from './limits-of-services.js';

/** A limit or budget, as `docs/security/limits.md` has it. */
export interface LimitRow {
  limit: string;
  /** Who can use it up. */
  spender: string;
  /** What its owner cannot do then. */
  lost: string;
  /** Which way stays open. */
  open: string;
  /** What it is called in the code: a name of `@Limits`, a variable, or a constant. */
  code?: string[];
}

export const NOTHING = 'nothing';
const ITS_NETWORK = 'whoever calls from the same network (IPv6: /64)';
const ANYBODY = 'anybody who knows the name';
const NOBODY_ELSE = 'nobody else';
/** Of what anybody may ask for, each network has a share. */
const FOUR_NETWORKS = 'anybody who knows the name, from four networks: each has a share of its own';
const ELSEWHERE =
  'every other network at once, every other protocol at once, and this network when the window ends';

export const LIMITS = {
  navixyAddress: {
    limit: 'navixy: 50 requests of an address in a second',
    spender: ITS_NETWORK,
    lost: 'call navixy from there for the rest of the second',
    open: ELSEWHERE,
    code: ['navixy.address', 'NAVIXY_REQUESTS_PER_SECOND_LIMIT'],
  },
  navixySession: {
    limit: 'navixy: 50 requests of a session in a second',
    spender: `${NOBODY_ELSE}: it is counted on the hash that is presented`,
    lost: NOTHING,
    open: 'its own hash',
    code: ['navixy.session'],
  },
  docspaceAddress: {
    limit: 'docspace: 300 requests of an address in a minute',
    spender: ITS_NETWORK,
    lost: 'call docspace from there for the rest of the minute',
    open: ELSEWHERE,
    code: ['docspace.address', 'DOCSPACE_REQUESTS_PER_MINUTE_LIMIT'],
  },
  wachtAddress: {
    limit: 'wacht: 300 requests of an address in a minute',
    spender: ITS_NETWORK,
    lost: 'call wacht from there for the rest of the minute',
    open: ELSEWHERE,
    code: ['wacht.address', 'WACHT_REQUESTS_PER_MINUTE_LIMIT'],
  },
  yatAddress: {
    limit: 'yat: 300 requests of an address in a minute',
    spender: ITS_NETWORK,
    lost: 'call yat from there for the rest of the minute',
    open: ELSEWHERE,
    code: ['yat.address', 'YAT_REQUESTS_PER_MINUTE_LIMIT'],
  },
  dfnsAddress: {
    limit: 'dfns: 100 requests of an address in a minute',
    spender: ITS_NETWORK,
    lost: 'call dfns from there for the rest of the minute',
    open: ELSEWHERE,
    code: ['dfns.address', 'DFNS_REQUESTS_PER_MINUTE_LIMIT'],
  },
  ...SERVICE_LIMITS,
  ...CONSOLE_LIMITS,
  passwordNetwork: {
    limit: 'wrong passwords of an account from a network: 5 in a minute, then 60 s',
    spender: `${ANYBODY}, from the owner’s own network`,
    lost: 'sign in with the password from that network for a minute',
    open: 'the password from every other network; a link or code by mail, which lifts the lock; docspace: a captcha',
    code: ['PASSWORD_TRIES_LIMIT'],
  },
  passwordHourly: {
    limit: 'wrong passwords of an account from anywhere: 20 in an hour',
    spender: `${ANYBODY}, from four networks`,
    lost: 'sign in with the password until the hour is over',
    open: 'a link or code by mail, a key, or a new password by `forgot-password`; each proof of the mailbox lifts the lock, also where the mailbox is the second factor and opens nothing by itself',
    code: ['PASSWORD_HOURLY_LIMIT'],
  },
  passwordQueue: {
    limit: 'passwords that are hashed (4) or wait for it (200)',
    spender: 'many at once, within the limits of their networks',
    lost: 'sign in with a password while the queue is full',
    open: 'whatever needs no password: keys, links, codes, sessions and refresh tokens; a try that is refused counts as none',
    code: ['PASSWORD_QUEUE_LIMIT', 'CONCURRENCY'],
  },
  newBrowsers: {
    limit: 'wacht: browser sessions that are made for an address: 60 in a minute',
    spender: ITS_NETWORK,
    lost: 'begin from there in a browser without a cookie, for the rest of the minute',
    open: 'a browser that has a session; every other network and protocol at once',
    code: ['WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT'],
  },
  idempotencyKeys: {
    limit: 'calls under an `Idempotency-Key` from an address: 120 in a minute',
    spender: ITS_NETWORK,
    lost: 'call under a key from there for the rest of the minute',
    open: 'the same calls without a key; every other network at once',
    code: ['IDEMPOTENCY_KEYS_PER_MINUTE_LIMIT'],
  },
  sessions: {
    limit: 'sessions of an account: 100 signed in, 20 that wait for the second factor',
    spender:
      'whoever has the first factor, and no stranger: of those from one network the least lately used ends',
    lost: NOTHING,
    open: 'the sign-ins from every other network, finished or not',
    code: ['SESSIONS_PER_ACCOUNT_LIMIT', 'PENDING_SESSIONS_PER_ACCOUNT_LIMIT'],
  },
  accountKeys: {
    limit: 'passkeys and keys of an account: 20',
    spender: `${NOBODY_ELSE}: it takes the account’s own session`,
    lost: NOTHING,
    open: 'every way: the keys that it has, and new ones by a recovery',
    code: ['ACCOUNT_KEYS_LIMIT'],
  },
  databasePool: {
    limit: 'connections of a process to Postgres: 10',
    spender: 'many at once, within the limits of their networks',
    lost: 'be answered at once: calls wait for each other',
    open: 'every way, in turn: a statement takes milliseconds and is ended after 15 s',
    code: ['DATABASE_POOL_SIZE'],
  },
  handOvers: {
    limit: 'messages that a process hands over at once: 20 mails and 10 texts to each provider',
    spender: 'many who ask for mails at once, each to another recipient',
    lost: NOTHING,
    open: 'every way; a code comes before notices, and after those that end before it',
    code: ['SMTP_CONNECTIONS', 'SMS_CONNECTIONS'],
  },
  body: {
    limit: 'a body: 64 KiB, 20 levels, 1,000 members, 100 fields of a form, 30 parts',
    spender: `${NOBODY_ELSE}: it is one request’s`,
    lost: NOTHING,
    open: 'every way',
    code: ['BODY_LIMIT_BYTES', 'MAX_DEPTH', 'FORM_LIMITS'],
  },
  firstGuesses: {
    limit: 'wrong codes of an account without a password: 20 in a day',
    spender: `${ANYBODY}: by codes that are asked for in that name`,
    lost: 'sign in with a six-digit code until the day is over',
    open: 'the link of the same mail, the password (wacht: of a phone too, as `plain_username`), a key, a recovery code of 16 digits',
    code: ['ACCOUNT_WRONG_CODES_LIMIT'],
  },
  signUpGuesses: {
    limit: 'wacht: wrong codes of sign-ups with an address: 20 in a day',
    spender: 'anybody who signs up with that address',
    lost: 'guess at a code of a sign-up more than once',
    open: 'the first guess at each code, which is always looked at: a code that is typed as it came',
  },
  secondGuesses: {
    limit: 'wrong codes of an account behind a first factor: 20 in a day',
    spender: 'whoever has the first factor, and no stranger',
    lost: 'pass the second factor with codes until the day is over',
    open: 'sessions and refresh tokens that are there; an operator’s `account unlock`',
  },
  codeTries: {
    limit: 'wrong tries of a code: 5',
    spender: `${ANYBODY}, of the code that yat mails beside a link; else ${NOBODY_ELSE}: it is bound to a session or a browser`,
    lost: 'use that code',
    open: 'the link of the same mail; a new code; the password',
    code: ['SIGN_IN_CODE_TRIES_LIMIT'],
  },
  challengeTries: {
    limit: 'wrong answers to a challenge: 5',
    spender: `${NOBODY_ELSE}: it is found by its token alone`,
    lost: NOTHING,
    open: 'its own challenge, however many others were asked for in that name',
    code: ['CHALLENGE_TRIES_LIMIT'],
  },
  longCodeTries: {
    limit: 'tries of a code of 16 digits: none is counted',
    spender: `${NOBODY_ELSE}: a wrong one finds nothing`,
    lost: NOTHING,
    open: 'the code',
    code: ['RECOVERY_CODE_TRIES'],
  },
  linkUses: {
    limit: 'uses of a link: 1',
    spender: `${NOBODY_ELSE}: it is found by its token alone`,
    lost: NOTHING,
    open: 'the link',
  },
  signInSends: {
    limit:
      'wacht: codes for signing in to a recipient: 1 in a minute of an attempt; in an hour 5 of a network, 20 of all',
    spender: FOUR_NETWORKS,
    lost: 'get such a code until the hour is over',
    open: 'the password, a new one by `forgot-password`, and links of yat: what is sent for something else has a share of its own',
    code: ['RESEND_SECONDS', 'RESEND_HOURLY_LIMIT', 'RESEND_HOURLY_TOTAL_LIMIT'],
  },
  linkSends: {
    limit: 'yat: magic links to a recipient: 1 in a minute; in an hour 5 of a network, 20 of all',
    spender: FOUR_NETWORKS,
    lost: 'get another link until the hour is over',
    open: 'the link that was mailed, whoever asked for it; the password; a code of wacht',
  },
  resetSends: {
    limit: 'links for a new password to a recipient: 1 in a minute; in an hour 5 of a network, 20 of all',
    spender: FOUR_NETWORKS,
    lost: 'get another such link until the hour is over',
    open: 'the link that was mailed, whoever asked for it; the password; a code or link by mail',
  },
  secondFactorSends: {
    limit: 'codes of the second factor that are asked for: 1 in a minute, 5 in an hour',
    spender: 'whoever has the first factor, and no stranger',
    lost: 'ask for another code until the hour is over',
    open: 'a new first step: navixy, docspace and yat send a code with it that does not count',
  },
  navixyResends: {
    limit: 'navixy: codes that are sent again: 1 in 300 s',
    spender: 'whoever has the first factor, and no stranger',
    lost: 'have the code sent again',
    open: 'a new first step, which sends one',
    code: ['NAVIXY_RESEND_SECONDS'],
  },
  setupSends: {
    limit: 'codes to a new phone: 1 in a minute, 5 in an hour',
    spender: `${NOBODY_ELSE}: it takes the account’s own session`,
    lost: NOTHING,
    open: 'every way',
  },
  contactSends: {
    limit: 'what proves a new address or phone: 1 in a minute, 5 in an hour, of each of the two',
    spender: `${NOBODY_ELSE}: it takes the account’s own session`,
    lost: NOTHING,
    open: 'every way: the address before signs in until the new one is proven',
  },
  signUpSends: {
    limit:
      'wacht: codes of a sign-up to an address: 1 in a minute of an attempt; in an hour 5 of a network, 20 of all',
    spender: FOUR_NETWORKS,
    lost: 'sign up with that address in wacht until the hour is over',
    open: 'registration by yat, which needs no code',
  },
  recoverySends: {
    limit:
      'dfns: codes of 16 digits to an account, of each kind: 1 in a minute; in an hour 5 of a network, 20 of all',
    spender: FOUR_NETWORKS,
    lost: 'get another code until the hour is over',
    open: 'the codes that were mailed, whoever asked for them: none makes another worthless; the key',
  },
  ...RECIPIENT_LIMITS,
} satisfies Record<string, LimitRow>;

export type LimitName = keyof typeof LIMITS;
