import { isIP } from 'node:net';
import type { SMTPPoolOptions } from 'nodemailer/lib/smtp-pool';
import { parseConnectionUrl } from 'nodemailer/lib/shared';

const IDLE_MS = 30_000;
const PARTS_BEFORE_GREETING = 4;

export interface SmtpSettings {
  /** `smtp://user:password@host:port` (STARTTLS when offered) or `smtps://…`; options of nodemailer as its query. */
  url: string;
  /** Whether real people sign in here: then nothing leaves the machine unencrypted. */
  production: boolean;
  /** Limit of each step of the conversation; the whole of it has a limit of its own. */
  timeoutMs: number;
  connections: number;
  /** What we call ourselves (EHLO). */
  clientName: string;
}

/** What the URL says, except where it could leak a code: into a log, a file or a connection that is not encrypted. */
export function smtpOptions(settings: SmtpSettings): SMTPPoolOptions & { pool: true } {
  const { url, production, timeoutMs, connections, clientName } = settings;
  const given: SMTPPoolOptions = parseConnectionUrl(url);
  return {
    name: clientName,
    ...given,
    pool: true,
    ...(production && !isLoopback(given.host) && { requireTLS: true }),
    logger: false,
    debug: false,
    disableFileAccess: true,
    disableUrlAccess: true,
    maxConnections: connections,
    // A connection costs a handshake and a login; it is given up when the server says so.
    maxMessages: Infinity,
    // Once, for a connection that the server had closed while it was idle. All other tries are the worker's.
    maxRequeues: 1,
    idleTimeout: IDLE_MS,
    // Who does not even greet is given up earlier, so that the next provider still gets the message in time.
    dnsTimeout: timeoutMs / PARTS_BEFORE_GREETING,
    connectionTimeout: timeoutMs / PARTS_BEFORE_GREETING,
    greetingTimeout: timeoutMs / PARTS_BEFORE_GREETING,
    socketTimeout: timeoutMs,
  };
}

function isLoopback(host = ''): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
