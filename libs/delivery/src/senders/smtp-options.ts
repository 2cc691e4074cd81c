import { isIP } from 'node:net';
import type { SMTPPoolOptions } from 'nodemailer/lib/smtp-pool';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import { HAND_OVERS_AT_ONCE } from './sender.js';

const IDLE_MS = 30_000;

export interface SmtpSettings {
  /** `smtp://user:password@host:port` (STARTTLS when offered) or `smtps://…`; options of nodemailer as its query. */
  url: string;
  /** Whether real people sign in here: then nothing leaves the machine unencrypted. */
  production: boolean;
  /** Limit of each step of the conversation; the whole of it has a limit of its own. */
  timeoutMs: number;
}

/** What the URL says, except where it could leak a code: into a log, a file or a connection that is not encrypted. */
export function smtpOptions({ url, production, timeoutMs }: SmtpSettings): SMTPPoolOptions & { pool: true } {
  const given: SMTPPoolOptions = parseConnectionUrl(url);
  return {
    ...given,
    pool: true,
    ...(production && !isLoopback(given.host) && { requireTLS: true }),
    logger: false,
    debug: false,
    disableFileAccess: true,
    disableUrlAccess: true,
    maxConnections: HAND_OVERS_AT_ONCE,
    // Once, for a connection that the server had closed while it was idle. All other tries are the worker's.
    maxRequeues: 1,
    idleTimeout: IDLE_MS,
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  };
}

function isLoopback(host = ''): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
