import { z } from 'zod';
import { productionProblems } from './production.js';
import { variables, type Variables } from './variables.js';

/** One variable that cannot be used, and what to do about it. Never holds the variable's value. */
export interface ConfigProblem {
  variable: string;
  problem: string;
}

/** Every problem of the environment at once. */
export class ConfigError extends Error {
  constructor(readonly problems: ConfigProblem[]) {
    super(`Countersign cannot start with this configuration:\n${problems.map((p) => `  ${p.variable} ${p.problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** What the service runs with: validated, frozen, in groups. Times are in seconds, as their names say. */
export class Config {
  readonly production: boolean;
  readonly http;
  readonly log;
  readonly database;
  readonly keys;
  readonly delivery;
  readonly codes;
  readonly passwords;
  readonly sessions;
  readonly limits;

  constructor(env: Variables) {
    this.production = env.NODE_ENV === 'production';
    this.http = Object.freeze({
      port: env.PORT,
      host: env.HOST,
      publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ''),
      trustedProxies: env.TRUSTED_PROXIES,
      corsOrigins: env.CORS_ORIGINS,
      redirectUrls: env.REDIRECT_URLS,
    });
    this.log = Object.freeze({ level: env.LOG_LEVEL, pretty: env.NODE_ENV === 'development' });
    this.database = Object.freeze({ url: env.DATABASE_URL, poolSize: env.DATABASE_POOL_SIZE, dataDir: env.DATA_DIR });
    this.keys = env.COUNTERSIGN_KEYS;
    this.delivery = Object.freeze({
      smtpUrl: env.SMTP_URL,
      mailFrom: env.MAIL_FROM,
      smtpTimeoutSeconds: env.SMTP_TIMEOUT_SECONDS,
      smsWebhookUrl: env.SMS_WEBHOOK_URL,
      smsWebhookSecret: env.SMS_WEBHOOK_SECRET,
      leaseSeconds: env.OUTBOX_LEASE_SECONDS,
      pollSeconds: env.OUTBOX_POLL_SECONDS,
    });
    this.codes = Object.freeze({
      signInSeconds: env.SIGN_IN_CODE_SECONDS,
      signInTries: env.SIGN_IN_CODE_TRIES_LIMIT,
      accountWrongLimit: env.ACCOUNT_WRONG_CODES_LIMIT,
      accountWrongSeconds: env.ACCOUNT_WRONG_CODES_SECONDS,
      navixyResendSeconds: env.NAVIXY_RESEND_SECONDS,
    });
    this.passwords = Object.freeze({
      tries: env.PASSWORD_TRIES_LIMIT,
      triesSeconds: env.PASSWORD_TRIES_SECONDS,
      lockSeconds: env.PASSWORD_LOCK_SECONDS,
      hourlyLimit: env.PASSWORD_HOURLY_LIMIT,
      queueLimit: env.PASSWORD_QUEUE_LIMIT,
    });
    this.sessions = Object.freeze({ pendingSeconds: env.PENDING_SESSION_SECONDS, lifeSeconds: env.SESSION_SECONDS });
    this.limits = Object.freeze({ navixyRequestsPerSecond: env.NAVIXY_REQUESTS_PER_SECOND_LIMIT });
    Object.freeze(this);
  }
}

/** The raw environment as `Config`; throws one `ConfigError` that lists every problem. An empty variable is absent. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const known = Object.keys(variables).map((name) => [name, environment[name]?.trim() || undefined]);
  const given = Object.fromEntries(known) as Record<string, string | undefined>;
  const parsed = z.object(variables).safeParse(given);
  const problems: ConfigProblem[] = (parsed.error?.issues ?? []).map((issue) => ({
    variable: String(issue.path[0]),
    problem: issue.message,
  }));
  problems.push(...productionProblems(given));
  if (!parsed.success || problems.length) throw new ConfigError(problems);
  return new Config(parsed.data);
}

/** The process's environment, read here and nowhere else. */
export function readEnvironment(): Config {
  return readConfig(process.env);
}
