import { z } from 'zod';
import { consoleVariables } from './console-variables.js';
import { deliveryVariables } from './delivery-variables.js';
import { identityProviders } from './identity-providers.js';
import { baseUrl, flag, keyRing, networks, seconds, signingSecrets, url, whole } from './readers.js';
import { requestLimits } from './request-limits.js';
import { retentions } from './retentions.js';
import { sendLimits } from './send-limits.js';
import { telemetry } from './telemetry.js';
import { maybe, set } from './variable.js';
import { origins, passkeyOrigins, redirects } from './web-addresses.js';

const DAY = 86_400;
/** The ceiling of `ACCESS_TOKEN_SECONDS`: a signing key verifies for this long after its last signature. */
export const LONGEST_ACCESS_TOKEN_SECONDS = 3600;

/** Every environment variable, in the order of `.env.example`, which a test keeps equal to this table. */
export const variables = {
  NODE_ENV: set(
    z.enum(['development', 'production', 'test'], { error: 'must be development, production or test' }),
    'development',
    'production refuses whatever is only for development: embedded database, made-up keys, mailbox.',
  ),

  PORT: set(whole(0, 65_535), '3000', 'Port to listen on; 0 takes any free one.'),
  HOST: set(z.string(), '127.0.0.1', 'Address to listen on.'),
  PUBLIC_URL: maybe(
    baseUrl,
    'Where people reach the service. Links are built from this alone. Default: http://localhost:<PORT>.',
  ),
  TRUSTED_PROXIES: set(networks, '', 'Proxies whose X-Forwarded-For is believed, read from the right.'),
  CORS_ORIGINS: set(
    origins,
    '',
    'Origins that may call the service from a browser or a web view: https://app.example.com, https://*.example.com (one label), capacitor://localhost.',
  ),
  REDIRECT_URLS: set(redirects, '', 'URLs that a magic link may lead on to, of pages or apps.'),
  LOG_LEVEL: set(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be fatal, error, warn, info, debug, trace or silent',
    }),
    'info',
    'fatal, error, warn, info, debug, trace or silent.',
  ),

  DATABASE_URL: maybe(
    url('postgres:', 'postgresql:'),
    'Postgres 15 or newer. Absent: an embedded Postgres in DATA_DIR (development only).',
  ),
  DATABASE_POOLER: set(
    z.enum(['none', 'transaction'], { error: 'must be none or transaction' }),
    'none',
    'transaction: DATABASE_URL leads to a pooler that gives each transaction another connection. A pooler in session mode needs nothing.',
  ),
  DATABASE_POOL_SIZE: set(whole(2, 1000), '10', 'Connections of this process to Postgres.'),
  DATA_DIR: set(z.string().min(1), './.data', 'Folder of the embedded Postgres and of the development keys.'),
  COUNTERSIGN_KEYS: maybe(
    keyRing,
    'Secret keys, id:base64 of 32 bytes, comma-separated: the first signs, all verify. Absent: made in DATA_DIR (development only).',
  ),

  ...deliveryVariables,
  EVENTS_WEBHOOK_URL: maybe(
    url('http:', 'https:'),
    'What happens at accounts is POSTed here, signed as Standard Webhooks says. Absent: nothing is.',
  ),
  EVENTS_WEBHOOK_SECRET: maybe(
    signingSecrets,
    'Its keys, whsec_<base64 of 24 to 64 bytes>, comma-separated: each of them signs.',
  ),
  MIGRATION_URL: maybe(
    url('http:', 'https:'),
    'Another system, which is asked for people that nobody knows here when they sign in with a password (docs/operations/import.md). Absent: none is.',
  ),
  MIGRATION_SECRET: maybe(
    signingSecrets,
    'Its keys, whsec_<base64 of 24 to 64 bytes>, comma-separated: each of them signs.',
  ),

  SIGN_IN_CODE_SECONDS: set(seconds(600), '300', 'Life of a sign-in code.'),
  SIGN_IN_CODE_TRIES_LIMIT: set(whole(1, 10), '5', 'Wrong tries that end a sign-in code.'),
  MAGIC_LINK_SECONDS: set(
    seconds(3600),
    '900',
    'Life of a magic link and of the code in its mail, of a key that `account mail-key` sends, and of what proves a new address or phone.',
  ),
  INVITATION_SECONDS: set(
    seconds(30 * DAY),
    String(7 * DAY),
    'docspace: life of the key that invites somebody to a new account.',
  ),
  DOCSPACE_CONFIRM_URL: maybe(
    url('http:', 'https:'),
    'docspace: page of your application that takes ?type=Auth&key=&email=&first= of a mailed key. Default: a page of ours.',
  ),
  RESEND_SECONDS: set(seconds(), '60', 'Waiting time between two messages of one kind to one recipient.'),
  RESEND_HOURLY_LIMIT: set(
    whole(1, 1000),
    '5',
    'Messages of one kind to one recipient in an hour; of those that anybody may ask for: at the call of one network.',
  ),
  RESEND_HOURLY_TOTAL_LIMIT: set(
    whole(1, 10_000),
    '20',
    'The same at the call of all networks together; never less than RESEND_HOURLY_LIMIT.',
  ),
  ACCOUNT_WRONG_CODES_LIMIT: set(
    whole(1, 100),
    '20',
    'Wrong codes of one account until guessable secrets are refused.',
  ),
  ACCOUNT_WRONG_CODES_SECONDS: set(seconds(), String(DAY), 'Time after which that budget refills.'),
  NAVIXY_RESEND_SECONDS: set(
    seconds(),
    '300',
    'navixy: waiting time between two re-sent codes of one account.',
  ),

  RECOVERY_CODE_SECONDS: set(
    seconds(600),
    '600',
    'Life of a mailed recovery, registration or login code of 16 digits.',
  ),
  CHALLENGE_SECONDS: set(seconds(600), '300', 'Life of a challenge that a key has to sign.'),
  CHALLENGE_TRIES_LIMIT: set(whole(1, 10), '5', 'Wrong signatures that end a challenge.'),
  ACCOUNT_KEYS_LIMIT: set(
    whole(2, 100),
    '20',
    'Passkeys and keys that one account can have, those too that its owner has put out of use.',
  ),
  RECOVERY_DELAY_SECONDS: set(
    whole(0, 30 * DAY),
    '0',
    'How long a proven recovery waits, while the owner can stop it from the mail.',
  ),
  WEBAUTHN_RP_ID: maybe(
    z.string().regex(/^[a-z0-9.-]{1,253}$/, 'must be a domain'),
    'Domain that passkeys belong to. Default: the host of PUBLIC_URL.',
  ),
  WEBAUTHN_ORIGINS: set(
    passkeyOrigins,
    '',
    'Origins whose passkeys and keys are accepted, also android:apk-key-hash:<SHA-256 of the signing certificate, base64url>. Default: that of PUBLIC_URL and CORS_ORIGINS.',
  ),

  PASSWORD_TRIES_LIMIT: set(
    whole(1, 1000),
    '5',
    'Wrong passwords of one login and address until it is locked out.',
  ),
  PASSWORD_TRIES_SECONDS: set(seconds(), '60', 'Time in which those wrong passwords count.'),
  PASSWORD_LOCK_SECONDS: set(seconds(), '60', 'How long that lock lasts.'),
  PASSWORD_HOURLY_LIMIT: set(
    whole(1, 100_000),
    '20',
    'Wrong passwords of one login in an hour, from all addresses.',
  ),
  PASSWORD_QUEUE_LIMIT: set(
    whole(1, 10_000),
    '200',
    'Passwords that may wait for hashing; beyond that the service says it is busy.',
  ),

  RECAPTCHA_SECRET: maybe(
    z.string(),
    'Secret of reCAPTCHA for web pages: a good answer lifts the lock of an address, and nothing else. Absent: answers are ignored.',
  ),
  RECAPTCHA_ANDROID_SECRET: maybe(z.string(), 'The same for Android apps.'),
  RECAPTCHA_IOS_SECRET: maybe(z.string(), 'The same for iOS apps.'),
  RECAPTCHA_VERIFY_URL: set(
    url('http:', 'https:'),
    'https://www.google.com/recaptcha/api/siteverify',
    'Where reCAPTCHA answers are checked.',
  ),
  HCAPTCHA_SECRET: maybe(z.string(), 'Secret of hCaptcha.'),
  HCAPTCHA_VERIFY_URL: set(
    url('http:', 'https:'),
    'https://api.hcaptcha.com/siteverify',
    'Where hCaptcha answers are checked.',
  ),

  OIDC_PROVIDERS: set(
    identityProviders,
    '[]',
    'docspace: OpenID Connect providers to sign in with, a JSON array of {name, issuer, clientId, clientSecret?, redirectUri?, audiences?, linkByEmail?}.',
  ),
  OIDC_ID_TOKEN_SECONDS: set(
    seconds(3600),
    '600',
    'How old an ID token may be that a client signs in with: whoever sees it can use it that long.',
  ),

  PENDING_SESSION_SECONDS: set(
    seconds(3600),
    '900',
    'Life of a session that still waits for its second factor; docspace: and of the key of a step.',
  ),
  WACHT_SESSION_SECONDS: set(
    seconds(),
    String(DAY),
    'wacht: life of a browser session since it was last used.',
  ),
  WACHT_EMPTY_SESSION_SECONDS: set(
    seconds(DAY),
    '3600',
    'wacht: the same of one in which nobody has signed in yet.',
  ),
  WACHT_ATTEMPT_SECONDS: set(seconds(3600), '900', 'wacht: time to complete a sign-in or sign-up attempt.'),
  WACHT_STAGING: set(
    flag,
    'false',
    'wacht: the session travels in the query and a header instead of a cookie (never in production).',
  ),
  SIGNUP_DISCLOSES_ACCOUNTS: set(
    flag,
    'true',
    'Whether a sign-up says that an address is taken, in any protocol; false: the same answer as for a free one, and the owner is told by mail.',
  ),
  PASSWORD_RESET_SECONDS: set(seconds(3600), '900', 'Life of a link that resets a password.'),
  PASSWORD_RESET_URL: maybe(
    url('http:', 'https:'),
    'Page of your application that takes ?token= and asks for the new password. Default: a page of ours.',
  ),
  SESSION_SECONDS: set(seconds(), String(30 * DAY), 'Life of a session from sign-in or renewal.'),

  SESSIONS_PER_ACCOUNT_LIMIT: set(
    whole(1, 1000),
    '100',
    'Signed-in sessions of one account, in all protocols: with one more the least lately used ends.',
  ),
  PENDING_SESSIONS_PER_ACCOUNT_LIMIT: set(
    whole(1, 1000),
    '20',
    'The same of those that still wait for their second factor.',
  ),

  REFRESH_IDLE_SECONDS: set(seconds(), String(30 * DAY), 'Life of a refresh token that is not used.'),
  REFRESH_ABSOLUTE_SECONDS: set(
    seconds(),
    String(90 * DAY),
    'Life of a session that is refreshed, however often.',
  ),
  REFRESH_GRACE_SECONDS: set(
    seconds(60),
    '10',
    'How long the refresh token before the newest stays good (a lost answer, two tabs).',
  ),
  SECOND_FACTOR_MARK_SECONDS: set(
    seconds(),
    '900',
    'How long a second factor counts as fresh for sensitive calls; docspace: how recent a sign-in has to be to read backup codes and change the second factor.',
  ),
  FACTOR_SETUP_SECONDS: set(seconds(3600), '900', 'Time to confirm a new second factor.'),

  ACCESS_TOKEN_SECONDS: set(seconds(LONGEST_ACCESS_TOKEN_SECONDS), '900', 'Life of an access token.'),
  ACCESS_TOKEN_AUDIENCE: maybe(z.string(), 'Who access tokens are for (`aud`). Default: PUBLIC_URL.'),

  ...consoleVariables,
  ...sendLimits,
  ...telemetry,
  ...requestLimits,
  ...retentions,
};

export type Variables = z.output<z.ZodObject<typeof variables>>;
