import { z } from 'zod';
import { keyRing, list, networks, origins, seconds, url, urls, whole } from './readers.js';

const DAY = 86_400;

/** A variable with a default, and the sentence `.env.example` gives it. */
const set = <T>(reader: z.ZodType<T, string>, fallback: string, about: string) =>
  z.string().default(fallback).pipe(reader).describe(about);
/** A variable that may be absent. */
const maybe = <T>(reader: z.ZodType<T, string>, about: string) => reader.optional().describe(about);

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
    url('http:', 'https:'),
    'Where people reach the service. Links are built from this alone. Default: http://localhost:<PORT>.',
  ),
  TRUSTED_PROXIES: set(networks, '', 'Proxies whose X-Forwarded-For is believed, read from the right.'),
  CORS_ORIGINS: set(origins, '', 'Web origins that may call the service from a browser.'),
  REDIRECT_URLS: set(urls, '', 'URLs that a magic link may lead on to.'),
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
  DATABASE_POOL_SIZE: set(whole(2, 1000), '10', 'Connections of this process to Postgres.'),
  DATA_DIR: set(z.string().min(1), './.data', 'Folder of the embedded Postgres and of the development keys.'),
  COUNTERSIGN_KEYS: maybe(
    keyRing,
    'Secret keys, id:base64 of 32 bytes, comma-separated: the first signs, all verify. Absent: made in DATA_DIR (development only).',
  ),

  SMTP_URL: maybe(
    url('smtp:', 'smtps:'),
    'Mail server, smtp://user:password@host:587 (STARTTLS) or smtps://…:465. Absent: the built-in mailbox (development only).',
  ),
  MAIL_FROM: set(z.string().min(3), 'Countersign <no-reply@localhost>', 'Sender of every mail.'),
  SMTP_TIMEOUT_SECONDS: set(seconds(300), '20', 'How long one conversation with the mail server may take.'),
  SMS_WEBHOOK_URL: maybe(url('http:', 'https:'), 'Texts are POSTed here as JSON {to, text, …}. Absent in development: the built-in mailbox.'),
  SMS_WEBHOOK_SECRET: maybe(z.string().min(16, 'must have at least 16 characters'), 'Key of the webhook signature (HMAC-SHA-256).'),
  OUTBOX_LEASE_SECONDS: set(seconds(60), '30', 'How long a worker owns a message before another may take it.'),
  OUTBOX_POLL_SECONDS: set(seconds(60), '1', 'How often a worker looks for messages that others left.'),

  SIGN_IN_CODE_SECONDS: set(seconds(600), '300', 'Life of a sign-in code.'),
  SIGN_IN_CODE_TRIES_LIMIT: set(whole(1, 10), '5', 'Wrong tries that end a sign-in code.'),
  ACCOUNT_WRONG_CODES_LIMIT: set(whole(1, 100), '20', 'Wrong codes of one account until guessable secrets are refused.'),
  ACCOUNT_WRONG_CODES_SECONDS: set(seconds(), String(DAY), 'Time after which that budget refills.'),
  NAVIXY_RESEND_SECONDS: set(seconds(), '300', 'navixy: waiting time between two re-sent codes of one account.'),

  PASSWORD_TRIES_LIMIT: set(whole(1, 1000), '5', 'Wrong passwords of one login and address until it is locked out.'),
  PASSWORD_TRIES_SECONDS: set(seconds(), '60', 'Time in which those wrong passwords count.'),
  PASSWORD_LOCK_SECONDS: set(seconds(), '60', 'How long that lock lasts.'),
  PASSWORD_HOURLY_LIMIT: set(whole(1, 100_000), '20', 'Wrong passwords of one login in an hour, from all addresses.'),
  PASSWORD_QUEUE_LIMIT: set(whole(1, 10_000), '200', 'Passwords that may wait for hashing; beyond that the service says it is busy.'),

  PENDING_SESSION_SECONDS: set(seconds(3600), '900', 'Life of a session that still waits for its second factor.'),
  SESSION_SECONDS: set(seconds(), String(30 * DAY), 'Life of a session from sign-in or renewal.'),

  NAVIXY_REQUESTS_PER_SECOND_LIMIT: set(whole(1, 1_000_000), '50', 'navixy: requests of one address, and of one session, in a second.'),
};

export type Variables = z.output<z.ZodObject<typeof variables>>;
