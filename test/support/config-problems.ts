import { ConfigError, readConfig } from '@app/config';

export const KEY = `k1:${Buffer.alloc(32, 9).toString('base64')}`;

/** All that production asks for. */
export const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://db/auth?sslmode=verify-full',
  COUNTERSIGN_KEYS: KEY,
  SMTP_URL: 'smtp://mail:587',
  MAIL_FROM: 'Auth <auth@example.com>',
  PUBLIC_URL: 'https://auth.example.com/',
};

/** What is wrong with an environment; nothing, when it can be read. */
export function problemsOf(environment: Record<string, string>): ConfigError['problems'] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
}

/** The variables that are wrong. */
export const refused = (environment: Record<string, string>): string[] =>
  problemsOf(environment).map(({ variable }) => variable);
