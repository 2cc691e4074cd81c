import { signingKey } from '@app/kernel';
import type { ConfigProblem } from './config.js';
import { plainHttpFields } from './identity-providers.js';
import { hasPlainHttp, isForeignToRpId } from './web-addresses.js';

type Given = Record<string, string | undefined>;
type Refuse = (variable: string, problem: string) => void;

/** Shorter, and guesses at an account never add up to its limit. */
const LEAST_WRONG_CODES_SECONDS = 3600;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;
/** An entry of a list of providers. */
const HAS_WEBHOOK = /(?:^|,)\s*https?:\/\//i;
const ADDRESSES = [
  'PASSWORD_RESET_URL',
  'DOCSPACE_CONFIRM_URL',
  'SMS_WEBHOOK_URL',
  'EVENTS_WEBHOOK_URL',
  'MIGRATION_URL',
  'RECAPTCHA_VERIFY_URL',
  'HCAPTCHA_VERIFY_URL',
];

/** What only development may leave out, and the combinations that are unsafe where real people sign in. */
export function productionProblems(env: Given): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const refuse: Refuse = (variable, problem) => problems.push({ variable, problem });
  everywhere(env, refuse);
  if (env.NODE_ENV !== 'production') return problems;
  missing(env, refuse);
  unencrypted(env, refuse);
  tooOpen(env, refuse);
  return problems;
}

function everywhere(env: Given, refuse: Refuse): void {
  if (env.SMS_WEBHOOK_URL && !env.SMS_WEBHOOK_SECRET)
    refuse(
      'SMS_WEBHOOK_SECRET',
      'must be set when SMS_WEBHOOK_URL is: the receiver has to know a text is ours.',
    );
  if (env.EVENTS_WEBHOOK_URL && !env.EVENTS_WEBHOOK_SECRET)
    refuse(
      'EVENTS_WEBHOOK_SECRET',
      'must be set when EVENTS_WEBHOOK_URL is: the receiver has to know an event is ours.',
    );
  if (env.MIGRATION_URL && !env.MIGRATION_SECRET)
    refuse(
      'MIGRATION_SECRET',
      'must be set when MIGRATION_URL is: the other system has to know that it is us who asks.',
    );
  for (const name of ['SMTP_URL', 'SMS_URL'])
    if (HAS_WEBHOOK.test(env[name] ?? '') && !env.WEBHOOK_SECRET)
      refuse('WEBHOOK_SECRET', `must be set when ${name} has a webhook: the receiver has to know it is us.`);
  const [, ...signing] = (env.SMS_WEBHOOK_SECRET ?? '').split(/,(?=whsec_)/);
  if (!signing.every(signingKey))
    refuse(
      'SMS_WEBHOOK_SECRET',
      'must hold, behind its first entry, whsec_ and the base64 of 24 to 64 bytes.',
    );
  // Whoever says `development` knows; whoever says nothing may have forgotten it on a server.
  if (!env.NODE_ENV && !env.SMTP_URL && env.HOST && !LOOPBACK.test(env.HOST))
    refuse(
      'NODE_ENV',
      'must be set when HOST is not this machine alone: the built-in mailbox would show every code to everyone. Set it to production, or to development.',
    );
}

function missing(env: Given, refuse: Refuse): void {
  if (!env.DATABASE_URL)
    refuse('DATABASE_URL', 'must be set in production: the embedded Postgres is for development.');
  if (!env.COUNTERSIGN_KEYS)
    refuse(
      'COUNTERSIGN_KEYS',
      'must be set in production: made-up keys would differ on each replica. Make one with: echo "k1:$(openssl rand -base64 32)"',
    );
  if (!env.SMTP_URL)
    refuse('SMTP_URL', 'must be set in production: the built-in mailbox shows every code to everyone.');
  if (!env.MAIL_FROM)
    refuse('MAIL_FROM', 'must be set in production: mail from localhost is dropped as spam.');
  if (!env.PUBLIC_URL) refuse('PUBLIC_URL', 'must be set in production: links in mails are built from it.');
}

function unencrypted(env: Given, refuse: Refuse): void {
  for (const name of ['PUBLIC_URL', ...ADDRESSES])
    if (hasPlainHttp(env[name] ?? '')) refuse(name, 'must begin with https:// in production.');
  for (const name of ['CORS_ORIGINS', 'REDIRECT_URLS', 'WEBAUTHN_ORIGINS', 'SMTP_URL', 'SMS_URL'])
    if (hasPlainHttp(env[name] ?? '')) refuse(name, 'must hold no http:// entries in production.');
  for (const field of plainHttpFields(env.OIDC_PROVIDERS ?? ''))
    refuse('OIDC_PROVIDERS', `${field} must begin with https:// in production.`);
  if (env.DATABASE_URL && leavesUnencrypted(env.DATABASE_URL))
    refuse(
      'DATABASE_URL',
      'must say sslmode in production when it leads to another machine: verify-full, or disable where the way there is your own.',
    );
}

function tooOpen(env: Given, refuse: Refuse): void {
  if (env.WACHT_STAGING === 'true')
    refuse('WACHT_STAGING', 'must be false in production: a session in a URL ends up in histories and logs.');
  if (env.TRUSTED_PROXIES?.split(',').some(isAlmostEverybody))
    refuse(
      'TRUSTED_PROXIES',
      'must name your proxies in production: anybody could name any address as theirs.',
    );
  if (env.WEBAUTHN_RP_ID && isForeignToRpId(env.WEBAUTHN_RP_ID, env))
    refuse(
      'WEBAUTHN_RP_ID',
      'must be the domain of PUBLIC_URL and of the web origins, or one above it, and none that anybody can have a name below (com, co.uk, github.io).',
    );
  const seconds = Number(env.ACCOUNT_WRONG_CODES_SECONDS ?? LEAST_WRONG_CODES_SECONDS);
  if (seconds < LEAST_WRONG_CODES_SECONDS)
    refuse(
      'ACCOUNT_WRONG_CODES_SECONDS',
      `must be at least ${LEAST_WRONG_CODES_SECONDS} in production: guesses would never add up.`,
    );
}

/** Whether a network has more than any that is private: 10.0.0.0/8 and fc00::/7 are the largest of those. */
function isAlmostEverybody(entry: string): boolean {
  const [address = '', prefix] = entry.trim().split('/');
  return prefix !== undefined && Number(prefix) < (address.includes(':') ? 7 : 8);
}

function leavesUnencrypted(databaseUrl: string): boolean {
  if (!URL.canParse(databaseUrl)) return false;
  const { hostname, searchParams } = new URL(databaseUrl);
  const isHere = hostname === '' || LOOPBACK.test(hostname) || searchParams.get('host')?.startsWith('/');
  return !isHere && !searchParams.has('sslmode');
}
