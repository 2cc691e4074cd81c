import { variables } from './variables.js';

/** The least and the most of each number. */
const NUMBERS: Record<string, [least: number, most: number]> = {
  PORT: [0, 65_535],
  DATABASE_POOL_SIZE: [2, 1_000],
  SMTP_TIMEOUT_SECONDS: [1, 300],
  SMTP_CONNECTIONS: [1, 1_000],
  SMS_CONNECTIONS: [1, 1_000],
  OUTBOX_LEASE_SECONDS: [1, 60],
  OUTBOX_POLL_SECONDS: [1, 60],
  SIGN_IN_CODE_SECONDS: [1, 600],
  SIGN_IN_CODE_TRIES_LIMIT: [1, 10],
  MAGIC_LINK_SECONDS: [1, 3_600],
  INVITATION_SECONDS: [1, 2_592_000],
  RESEND_SECONDS: [1, 315_360_000],
  RESEND_HOURLY_LIMIT: [1, 1_000],
  RESEND_HOURLY_TOTAL_LIMIT: [1, 10_000],
  ACCOUNT_KEYS_LIMIT: [2, 100],
  ACCOUNT_WRONG_CODES_LIMIT: [1, 100],
  ACCOUNT_WRONG_CODES_SECONDS: [1, 315_360_000],
  NAVIXY_RESEND_SECONDS: [1, 315_360_000],
  RECOVERY_CODE_SECONDS: [1, 600],
  CHALLENGE_SECONDS: [1, 600],
  CHALLENGE_TRIES_LIMIT: [1, 10],
  RECOVERY_DELAY_SECONDS: [0, 2_592_000],
  PASSWORD_TRIES_LIMIT: [1, 1_000],
  PASSWORD_TRIES_SECONDS: [1, 315_360_000],
  PASSWORD_LOCK_SECONDS: [1, 315_360_000],
  PASSWORD_HOURLY_LIMIT: [1, 100_000],
  PASSWORD_QUEUE_LIMIT: [1, 10_000],
  OIDC_ID_TOKEN_SECONDS: [1, 3_600],
  PENDING_SESSION_SECONDS: [1, 3_600],
  WACHT_SESSION_SECONDS: [1, 315_360_000],
  WACHT_EMPTY_SESSION_SECONDS: [1, 86_400],
  WACHT_ATTEMPT_SECONDS: [1, 3_600],
  PASSWORD_RESET_SECONDS: [1, 3_600],
  SESSION_SECONDS: [1, 315_360_000],
  SESSIONS_PER_ACCOUNT_LIMIT: [1, 1_000],
  PENDING_SESSIONS_PER_ACCOUNT_LIMIT: [1, 1_000],
  REFRESH_IDLE_SECONDS: [1, 315_360_000],
  REFRESH_ABSOLUTE_SECONDS: [1, 315_360_000],
  REFRESH_GRACE_SECONDS: [1, 60],
  SECOND_FACTOR_MARK_SECONDS: [1, 315_360_000],
  FACTOR_SETUP_SECONDS: [1, 3_600],
  ACCESS_TOKEN_SECONDS: [1, 3_600],
  RECIPIENT_HOURLY_LIMIT: [1, 100],
  RECIPIENT_DAILY_LIMIT: [1, 1_000],
  RECIPIENT_RECOVERY_HOURLY_LIMIT: [0, 100],
  RECIPIENT_RECOVERY_DAILY_LIMIT: [0, 1_000],
  RECIPIENT_OWNER_HOURLY_LIMIT: [1, 100],
  RECIPIENT_OWNER_DAILY_LIMIT: [1, 1_000],
  NETWORK_MAILS_HOURLY_LIMIT: [1, 1_000_000],
  NETWORK_TEXTS_HOURLY_LIMIT: [1, 10_000],
  SMS_DAILY_LIMIT: [1, 10_000_000],
  SMS_COUNTRY_DAILY_LIMIT: [1, 10_000_000],
  NAVIXY_REQUESTS_PER_SECOND_LIMIT: [1, 1_000_000],
  WACHT_REQUESTS_PER_MINUTE_LIMIT: [1, 1_000_000],
  WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: [1, 1_000_000],
  YAT_REQUESTS_PER_MINUTE_LIMIT: [1, 1_000_000],
  DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: [1, 1_000_000],
  DFNS_REQUESTS_PER_MINUTE_LIMIT: [1, 1_000_000],
  IDEMPOTENCY_KEYS_PER_MINUTE_LIMIT: [1, 1_000_000],
  DELIVERY_EVENTS_PER_MINUTE_LIMIT: [1, 1_000_000],
  SERVICE_REQUESTS_PER_SECOND_LIMIT: [1, 1_000_000],
  ADMIN_REQUESTS_PER_MINUTE_LIMIT: [1, 1_000_000],
  FORWARD_AUTH_REQUESTS_PER_SECOND_LIMIT: [1, 1_000_000],
  CONSOLE_IDLE_SECONDS: [1, 3_600],
  CONSOLE_SESSION_SECONDS: [1, 86_400],
  CONSOLE_REQUESTS_PER_MINUTE_LIMIT: [1, 1_000_000],
  AUDIT_RETENTION_DAYS: [1, 36_500],
  AUDIT_REFUSALS_RETENTION_DAYS: [1, 36_500],
  UNPROVEN_ACCOUNT_DAYS: [1, 36_500],
  DELETION_DELAY_SECONDS: [0, 2_592_000],
};

const KEY = (byte: number, bytes = 32) => Buffer.alloc(bytes, byte).toString('base64');
const SECRET = (bytes: number) => `whsec_${KEY(7, bytes)}`;
const WEBHOOK = {
  right: ['https://a.example.com/x'],
  edge: ['http://localhost'],
  wrong: ['', 'a.example.com', 'ftp://a'],
};
const SIGNING = {
  right: [SECRET(32), `${SECRET(32)},${SECRET(33)}`],
  edge: [SECRET(24), SECRET(64)],
  wrong: ['', SECRET(23), SECRET(65), 'secret'],
};
const PROVIDER = '{"name":"a","issuer":"https://id.example.com","clientId":"b"}';

/** What each of the others takes, what it just takes, and what it does not. */
const OTHERS: Record<string, { right: string[]; edge?: string[]; wrong: string[] }> = {
  NODE_ENV: { right: ['development', 'production'], edge: ['test'], wrong: ['', 'Production', 'staging'] },
  PUBLIC_URL: {
    right: ['https://auth.example.com'],
    edge: ['http://localhost:3000', 'https://auth.example.com/base/'],
    wrong: ['auth.example.com', 'ftp://a', 'https://user@a', 'https://a/?q', 'https://a/#f'],
  },
  TRUSTED_PROXIES: {
    right: ['10.0.0.0/8', '2001:db8::/32'],
    edge: ['', '192.0.2.1', '10.0.0.0/32', '::1/128'],
    wrong: ['10.0.0.0/33', '::1/129', 'proxy.example.com', '10.0.0.0/8;10.1.0.0/16'],
  },
  CONSOLE: { right: ['on'], edge: ['off'], wrong: ['true', 'On', 'no'] },
  CONSOLE_NETWORKS: {
    right: ['10.0.0.0/8', '2001:db8::/32'],
    edge: ['', 'loopback', '192.0.2.1', '::1/128'],
    wrong: ['10.0.0.0/33', 'office', '10.0.0.0/8;10.1.0.0/16'],
  },
  CORS_ORIGINS: {
    right: ['https://app.example.com', 'capacitor://localhost'],
    edge: ['', 'https://*.example.com', 'http://localhost:8080'],
    wrong: ['*', 'app.example.com', 'https://a/path', 'https://*.*.example.com'],
  },
  REDIRECT_URLS: {
    right: ['https://app.example.com/done', 'myapp://done'],
    edge: ['', 'https://app.example.com'],
    wrong: ['javascript:alert(1)', 'data:text/html,a', '/done'],
  },
  LOG_LEVEL: { right: ['info', 'debug'], edge: ['silent', 'fatal'], wrong: ['', 'INFO', 'verbose'] },
  DATABASE_URL: {
    right: ['postgres://user:password@db.example.com/countersign?sslmode=verify-full'],
    edge: ['postgresql://localhost'],
    wrong: ['', 'mysql://localhost', 'db.example.com'],
  },
  DATABASE_POOLER: { right: ['transaction'], edge: ['none'], wrong: ['', 'session', 'statement'] },
  DATA_DIR: { right: ['./.data'], edge: ['/'], wrong: [''] },
  COUNTERSIGN_KEYS: {
    right: [`k1:${KEY(1)}`, `k2:${KEY(2)},k1:${KEY(1)}`],
    wrong: ['', 'k1', `k1:${KEY(1, 31)}`, `k1:${KEY(1, 33)}`, `k1:${KEY(0)}`, `k1:${KEY(1)},k1:${KEY(2)}`],
  },
  SMTP_URL: {
    right: ['smtps://user:password@mail.example.com:465', 'smtp://a,smtp://b'],
    edge: ['smtp://localhost'],
    wrong: ['', 'mail.example.com', 'imap://mail.example.com'],
  },
  SMTP_CLIENT_NAME: {
    right: ['mx.example.com'],
    edge: ['localhost', '[192.0.2.1]'],
    wrong: ['', 'a b', 'mx..example'],
  },
  SMS_URL: {
    right: ['twilio://AC1:token@?from=%2B15550100', 'vonage://key:secret@?from=Example'],
    edge: ['https://texts.example.com/send'],
    wrong: ['', 'twilio://AC1@?from=1', 'smtp://a', 'sms.example.com'],
  },
  WEBHOOK_SECRET: {
    right: [SECRET(32)],
    edge: [SECRET(24), SECRET(64)],
    wrong: ['', SECRET(23), SECRET(65), 'secret'],
  },
  SMS_WEBHOOK_URL: WEBHOOK,
  EVENTS_WEBHOOK_URL: WEBHOOK,
  EVENTS_WEBHOOK_SECRET: SIGNING,
  MIGRATION_URL: WEBHOOK,
  MIGRATION_SECRET: SIGNING,
  DOCSPACE_CONFIRM_URL: {
    right: ['https://a.example.com/confirm'],
    edge: ['http://localhost'],
    wrong: ['', 'a', 'ftp://a'],
  },
  PASSWORD_RESET_URL: {
    right: ['https://a.example.com/reset'],
    edge: ['http://localhost'],
    wrong: ['', 'a', 'ftp://a'],
  },
  WEBAUTHN_ORIGINS: {
    right: ['https://app.example.com'],
    edge: ['', `android:apk-key-hash:${Buffer.alloc(32, 1).toString('base64url')}`],
    wrong: ['app.example.com', 'android:apk-key-hash:x'],
  },
  RECAPTCHA_VERIFY_URL: {
    right: ['https://a.example.com/x'],
    edge: ['http://localhost'],
    wrong: ['', 'a', 'ftp://a'],
  },
  HCAPTCHA_VERIFY_URL: {
    right: ['https://a.example.com/x'],
    edge: ['http://localhost'],
    wrong: ['', 'a', 'ftp://a'],
  },
  OIDC_PROVIDERS: {
    right: [`[${PROVIDER}]`],
    edge: ['[]'],
    wrong: ['', '{}', 'null', `[${PROVIDER},${PROVIDER}]`],
  },
  WACHT_STAGING: { right: ['true', 'false'], wrong: ['', 'yes', 'TRUE', '1'] },
  SIGNUP_DISCLOSES_ACCOUNTS: { right: ['true', 'false'], wrong: ['', 'yes', 'TRUE', '1'] },
  SMS_COUNTRIES: { right: ['DE,FR', '+49'], edge: ['', '+1212', 'us'], wrong: ['Germany', 'XX', '49'] },
  OTEL_SDK_DISABLED: { right: ['true', 'false'], wrong: ['', 'yes', '1'] },
  OTEL_TRACES_EXPORTER: { right: ['otlp'], edge: ['none'], wrong: ['', 'zipkin', 'console'] },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    right: ['http://collector:4318'],
    edge: ['https://a'],
    wrong: ['', 'collector:4318', 'grpc://a'],
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    right: ['http://collector:4318/v1/traces'],
    edge: ['https://a'],
    wrong: ['', 'collector', 'grpc://a'],
  },
  SMS_WEBHOOK_SECRET: { right: ['a'.repeat(40)], edge: ['a'.repeat(16)], wrong: ['', 'a'.repeat(15)] },
  DELIVERY_EVENTS_SECRET: { right: [SECRET(32)], edge: ['a'.repeat(16)], wrong: ['', 'a'.repeat(15)] },
  WEBAUTHN_RP_ID: {
    right: ['example.com'],
    edge: ['localhost', 'a'.repeat(253)],
    wrong: ['', 'https://a', 'a'.repeat(254)],
  },
  LIMITS_REDIS_URL: {
    right: ['redis://user:password@redis.example.com:6379/0', 'rediss://redis.example.com'],
    edge: ['redis://localhost'],
    wrong: ['', 'redis.example.com', 'http://a'],
  },
};

/** Names and secrets of others, of any form. */
const ANY_TEXT = [
  ...['HOST', 'MAIL_FROM', 'TEMPLATES_DIR', 'ACCESS_TOKEN_AUDIENCE', 'OTEL_SERVICE_NAME'],
  ...['RECAPTCHA_SECRET', 'RECAPTCHA_ANDROID_SECRET', 'RECAPTCHA_IOS_SECRET', 'HCAPTCHA_SECRET'],
];

const takes = (name: string, text: string) =>
  variables[name as keyof typeof variables].safeParse(text).success;

describe('every variable', () => {
  it('is in this table', () => {
    const told = [...Object.keys(NUMBERS), ...Object.keys(OTHERS), ...ANY_TEXT];
    expect(told.sort()).toEqual(Object.keys(variables).sort());
  });

  it.each(Object.entries(NUMBERS))(
    '%s is a whole number of its range, ends included',
    (name, [least, most]) => {
      for (const right of [least, most]) expect([right, takes(name, String(right))]).toEqual([right, true]);
      for (const wrong of [least - 1, most + 1, '', '1x', '1.5', '1e3', '0x10'])
        expect([wrong, takes(name, String(wrong))]).toEqual([wrong, false]);
    },
  );

  it.each(Object.entries(OTHERS))(
    '%s takes what it is for, and nothing else',
    (name, { right, edge = [], wrong }) => {
      for (const each of [...right, ...edge]) expect([each, takes(name, each)]).toEqual([each, true]);
      for (const each of wrong) expect([each, takes(name, each)]).toEqual([each, false]);
    },
  );

  it.each(ANY_TEXT)('%s takes any text', (name) => expect(takes(name, 'any text')).toBe(true));
});
