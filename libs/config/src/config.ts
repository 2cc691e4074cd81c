import { withoutTrailing } from '@app/kernel';
import { consoleOf } from './console-variables.js';
import { clientNameOf, ownWebhook } from './message-providers.js';
import { Origins } from './origins.js';
import { recipientLimits } from './send-limits.js';
import { tracingOf } from './telemetry.js';
import { LONGEST_ACCESS_TOKEN_SECONDS, type Variables } from './variables.js';
import { signedAddress } from './webhooks.js';

/** One variable that cannot be used, and what to do about it. Never holds the variable's value. */
export interface ConfigProblem {
  variable: string;
  problem: string;
}

/** Of a code of 16 digits, which is found by itself: nothing is ever tried at it. */
const RECOVERY_CODE_TRIES = 5;
/** From the confirmed link to the client's own server taking its tokens: one redirect. */
const LINK_EXCHANGE_SECONDS = 60;
const DAY_SECONDS = 86_400;

/** Every problem of the environment at once. */
export class ConfigError extends Error {
  constructor(readonly problems: ConfigProblem[]) {
    super(
      `Countersign cannot start with this configuration:\n${problems.map((p) => `  ${p.variable} ${p.problem}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/** What the service runs with: validated, frozen, in groups. Times are in seconds, as their names say. */
export class Config {
  readonly production: boolean;
  readonly development: boolean;
  readonly http;
  readonly log;
  readonly database;
  readonly keys;
  readonly delivery;
  /** Folder of the operator's own words and look. */
  readonly templatesDir: string | undefined;
  readonly attempts;
  readonly keysPerAccount: number;
  readonly guesses;
  readonly sends;
  readonly recipients;
  readonly passwords;
  readonly sessions;
  readonly browserSessions;
  readonly signUp;
  /** Page of the application that takes `?token=` and asks for the new password. */
  readonly passwordResetUrl: string;
  /** Page of the docspace application that takes the key of a mail: ours, unless another is configured. */
  readonly docspaceConfirmUrl: string;
  readonly refresh;
  readonly secondFactors;
  readonly tokens;
  readonly limits;
  readonly webauthn;
  readonly recovery;
  readonly captcha;
  readonly identityProviders;
  readonly audit;
  readonly console;
  readonly events;
  readonly migration;
  /** Where spans go, by the variables of OpenTelemetry; absent: they are not made, and nothing of it is loaded. */
  readonly tracing;
  /** How long an account waits for its owner that somebody registered and nobody uses. */
  readonly unprovenAccountSeconds: number;
  readonly deletion: Readonly<{ delaySeconds: number }>;

  constructor(env: Variables) {
    this.production = env.NODE_ENV === 'production';
    this.development = env.NODE_ENV === 'development';
    const publicUrl = withoutTrailing(env.PUBLIC_URL ?? `http://localhost:${env.PORT}`, '/');
    this.http = Object.freeze({
      port: env.PORT,
      host: env.HOST,
      publicUrl,
      /** Whether browsers reach the service over https alone. */
      secure: publicUrl.startsWith('https:'),
      trustedProxies: env.TRUSTED_PROXIES,
      corsOrigins: new Origins(env.CORS_ORIGINS),
      redirectUrls: env.REDIRECT_URLS,
    });
    this.log = Object.freeze({ level: env.LOG_LEVEL, pretty: this.development });
    this.database = Object.freeze({
      url: env.DATABASE_URL,
      poolSize: env.DATABASE_POOL_SIZE,
      pooler: env.DATABASE_POOLER,
      dataDir: env.DATA_DIR,
    });
    this.keys = env.COUNTERSIGN_KEYS;
    this.delivery = Object.freeze({
      /** In the order of preference; none: the mailbox of development. */
      mailProviders: env.SMTP_URL ?? [],
      textProviders: [...(env.SMS_URL ?? []), ...ownWebhook(env.SMS_WEBHOOK_URL)],
      mailFrom: env.MAIL_FROM,
      smtpTimeoutSeconds: env.SMTP_TIMEOUT_SECONDS,
      smtpConnections: env.SMTP_CONNECTIONS,
      smtpClientName: env.SMTP_CLIENT_NAME ?? clientNameOf(publicUrl),
      smsConnections: env.SMS_CONNECTIONS,
      webhookSecrets: env.WEBHOOK_SECRET ?? [],
      smsWebhookSecret: env.SMS_WEBHOOK_SECRET,
      reportsSecret: env.DELIVERY_EVENTS_SECRET,
      leaseSeconds: env.OUTBOX_LEASE_SECONDS,
      pollSeconds: env.OUTBOX_POLL_SECONDS,
    });
    this.templatesDir = env.TEMPLATES_DIR;
    this.attempts = Object.freeze({
      sign_in: { lifeSeconds: env.SIGN_IN_CODE_SECONDS, tries: env.SIGN_IN_CODE_TRIES_LIMIT },
      sign_up: { lifeSeconds: env.SIGN_IN_CODE_SECONDS, tries: env.SIGN_IN_CODE_TRIES_LIMIT },
      password_reset: { lifeSeconds: env.PASSWORD_RESET_SECONDS, tries: 1 },
      recovery: { lifeSeconds: env.RECOVERY_CODE_SECONDS, tries: RECOVERY_CODE_TRIES },
      registration: { lifeSeconds: env.RECOVERY_CODE_SECONDS, tries: RECOVERY_CODE_TRIES },
      login: { lifeSeconds: env.RECOVERY_CODE_SECONDS, tries: RECOVERY_CODE_TRIES },
      recovery_proof: { lifeSeconds: env.CHALLENGE_SECONDS, tries: env.CHALLENGE_TRIES_LIMIT },
      registration_proof: { lifeSeconds: env.CHALLENGE_SECONDS, tries: env.CHALLENGE_TRIES_LIMIT },
      login_proof: { lifeSeconds: env.CHALLENGE_SECONDS, tries: env.CHALLENGE_TRIES_LIMIT },
      user_action: { lifeSeconds: env.CHALLENGE_SECONDS, tries: env.CHALLENGE_TRIES_LIMIT },
      credential_code: { lifeSeconds: env.CHALLENGE_SECONDS, tries: env.CHALLENGE_TRIES_LIMIT },
      recovery_stop: { lifeSeconds: env.RECOVERY_DELAY_SECONDS, tries: env.CHALLENGE_TRIES_LIMIT },
      second_factor: { lifeSeconds: env.SIGN_IN_CODE_SECONDS, tries: env.SIGN_IN_CODE_TRIES_LIMIT },
      factor_setup: { lifeSeconds: env.FACTOR_SETUP_SECONDS, tries: env.SIGN_IN_CODE_TRIES_LIMIT },
      magic_link: { lifeSeconds: env.MAGIC_LINK_SECONDS, tries: env.SIGN_IN_CODE_TRIES_LIMIT },
      contact_change: { lifeSeconds: env.MAGIC_LINK_SECONDS, tries: env.SIGN_IN_CODE_TRIES_LIMIT },
      invitation: { lifeSeconds: env.INVITATION_SECONDS, tries: 1 },
      sign_in_key: { lifeSeconds: env.MAGIC_LINK_SECONDS, tries: 1 },
      link_exchange: { lifeSeconds: LINK_EXCHANGE_SECONDS, tries: 1 },
    });
    this.keysPerAccount = env.ACCOUNT_KEYS_LIMIT;
    this.guesses = Object.freeze({
      accountWrongLimit: env.ACCOUNT_WRONG_CODES_LIMIT,
      accountWrongSeconds: env.ACCOUNT_WRONG_CODES_SECONDS,
    });
    this.sends = Object.freeze({
      navixyResendSeconds: env.NAVIXY_RESEND_SECONDS,
      waitSeconds: env.RESEND_SECONDS,
      hourlyLimit: env.RESEND_HOURLY_LIMIT,
      hourlyTotal: Math.max(env.RESEND_HOURLY_LIMIT, env.RESEND_HOURLY_TOTAL_LIMIT),
    });
    this.recipients = recipientLimits(env);
    this.passwords = Object.freeze({
      tries: env.PASSWORD_TRIES_LIMIT,
      triesSeconds: env.PASSWORD_TRIES_SECONDS,
      lockSeconds: env.PASSWORD_LOCK_SECONDS,
      hourlyLimit: env.PASSWORD_HOURLY_LIMIT,
      queueLimit: env.PASSWORD_QUEUE_LIMIT,
    });
    this.browserSessions = Object.freeze({
      lifeSeconds: env.WACHT_SESSION_SECONDS,
      /** Of one in which nobody has signed in: never longer than of others, and as long as an attempt in it. */
      emptySeconds: Math.min(
        env.WACHT_SESSION_SECONDS,
        Math.max(env.WACHT_EMPTY_SESSION_SECONDS, env.WACHT_ATTEMPT_SECONDS),
      ),
      attemptSeconds: env.WACHT_ATTEMPT_SECONDS,
      staging: env.WACHT_STAGING,
    });
    this.signUp = Object.freeze({ disclosesAccounts: env.SIGNUP_DISCLOSES_ACCOUNTS });
    this.passwordResetUrl = env.PASSWORD_RESET_URL ?? `${this.http.publicUrl}/reset-password`;
    this.docspaceConfirmUrl = env.DOCSPACE_CONFIRM_URL ?? `${this.http.publicUrl}/confirm/Auth`;
    this.sessions = Object.freeze({
      pendingSeconds: env.PENDING_SESSION_SECONDS,
      lifeSeconds: env.SESSION_SECONDS,
      pendingLimit: env.PENDING_SESSIONS_PER_ACCOUNT_LIMIT,
      accountLimit: env.SESSIONS_PER_ACCOUNT_LIMIT,
    });
    this.refresh = Object.freeze({
      idleSeconds: env.REFRESH_IDLE_SECONDS,
      absoluteSeconds: env.REFRESH_ABSOLUTE_SECONDS,
      graceSeconds: env.REFRESH_GRACE_SECONDS,
    });
    this.secondFactors = Object.freeze({
      markSeconds: env.SECOND_FACTOR_MARK_SECONDS,
      setupSeconds: env.FACTOR_SETUP_SECONDS,
    });
    this.tokens = Object.freeze({
      issuer: this.http.publicUrl,
      audience: env.ACCESS_TOKEN_AUDIENCE ?? this.http.publicUrl,
      lifeSeconds: env.ACCESS_TOKEN_SECONDS,
      longestLifeSeconds: LONGEST_ACCESS_TOKEN_SECONDS,
    });
    this.limits = Object.freeze({
      /** Where requests are counted instead of in Postgres. */
      redisUrl: env.LIMITS_REDIS_URL,
      docspaceRequestsPerMinute: env.DOCSPACE_REQUESTS_PER_MINUTE_LIMIT,
      dfnsRequestsPerMinute: env.DFNS_REQUESTS_PER_MINUTE_LIMIT,
      adminRequestsPerMinute: env.ADMIN_REQUESTS_PER_MINUTE_LIMIT,
      forwardAuthRequestsPerSecond: env.FORWARD_AUTH_REQUESTS_PER_SECOND_LIMIT,
      deliveryEventsPerMinute: env.DELIVERY_EVENTS_PER_MINUTE_LIMIT,
      idempotencyKeysPerMinute: env.IDEMPOTENCY_KEYS_PER_MINUTE_LIMIT,
      navixyRequestsPerSecond: env.NAVIXY_REQUESTS_PER_SECOND_LIMIT,
      serviceRequestsPerSecond: env.SERVICE_REQUESTS_PER_SECOND_LIMIT,
      wachtRequestsPerMinute: env.WACHT_REQUESTS_PER_MINUTE_LIMIT,
      wachtNewSessionsPerMinute: env.WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT,
      yatRequestsPerMinute: env.YAT_REQUESTS_PER_MINUTE_LIMIT,
    });
    this.tracing = tracingOf(env);
    this.unprovenAccountSeconds = env.UNPROVEN_ACCOUNT_DAYS * DAY_SECONDS;
    this.deletion = Object.freeze({ delaySeconds: env.DELETION_DELAY_SECONDS });
    this.audit = Object.freeze({
      keptSeconds: env.AUDIT_RETENTION_DAYS * DAY_SECONDS,
      refusalsKeptSeconds:
        Math.min(env.AUDIT_REFUSALS_RETENTION_DAYS, env.AUDIT_RETENTION_DAYS) * DAY_SECONDS,
    });
    this.console = consoleOf(env);
    this.events = signedAddress(env.EVENTS_WEBHOOK_URL, env.EVENTS_WEBHOOK_SECRET);
    this.migration = signedAddress(env.MIGRATION_URL, env.MIGRATION_SECRET);
    const { hostname, origin } = new URL(this.http.publicUrl);
    this.webauthn = Object.freeze({
      rpId: env.WEBAUTHN_RP_ID ?? hostname,
      origins: new Origins(
        env.WEBAUTHN_ORIGINS.length ? env.WEBAUTHN_ORIGINS : [origin, ...env.CORS_ORIGINS],
      ),
    });
    this.recovery = Object.freeze({ delaySeconds: env.RECOVERY_DELAY_SECONDS });
    this.captcha = Object.freeze({
      secrets: Object.freeze({
        web: env.RECAPTCHA_SECRET,
        android: env.RECAPTCHA_ANDROID_SECRET,
        ios: env.RECAPTCHA_IOS_SECRET,
        hcaptcha: env.HCAPTCHA_SECRET,
      }),
      recaptchaUrl: env.RECAPTCHA_VERIFY_URL,
      hcaptchaUrl: env.HCAPTCHA_VERIFY_URL,
    });
    const { OIDC_PROVIDERS: providers, OIDC_ID_TOKEN_SECONDS: idTokenSeconds } = env;
    this.identityProviders = Object.freeze({ providers, idTokenSeconds });
    Object.freeze(this);
  }
}
