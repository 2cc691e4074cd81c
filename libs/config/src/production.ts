import type { ConfigProblem } from './config.js';
import { plainHttpFields } from './identity-providers.js';
import { hasPlainHttp } from './web-addresses.js';

type Given = Record<string, string | undefined>;

/** What only development may leave out, and the combinations that are unsafe where real people sign in. */
export function productionProblems(env: Given): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const refuse = (variable: string, problem: string) => problems.push({ variable, problem });

  if (env.SMS_WEBHOOK_URL && !env.SMS_WEBHOOK_SECRET) {
    refuse(
      'SMS_WEBHOOK_SECRET',
      'must be set when SMS_WEBHOOK_URL is: the receiver has to know a text is ours.',
    );
  }
  if (env.NODE_ENV !== 'production') return problems;

  if (!env.DATABASE_URL)
    refuse('DATABASE_URL', 'must be set in production: the embedded Postgres is for development.');
  if (!env.COUNTERSIGN_KEYS) {
    refuse(
      'COUNTERSIGN_KEYS',
      'must be set in production: made-up keys would differ on each replica. Make one with: echo "k1:$(openssl rand -base64 32)"',
    );
  }
  if (!env.SMTP_URL)
    refuse('SMTP_URL', 'must be set in production: the built-in mailbox shows every code to everyone.');
  if (!env.MAIL_FROM)
    refuse('MAIL_FROM', 'must be set in production: mail from localhost is dropped as spam.');
  if (!env.PUBLIC_URL) refuse('PUBLIC_URL', 'must be set in production: links in mails are built from it.');
  else if (!env.PUBLIC_URL.startsWith('https://'))
    refuse('PUBLIC_URL', 'must begin with https:// in production.');
  for (const name of ['CORS_ORIGINS', 'REDIRECT_URLS', 'WEBAUTHN_ORIGINS']) {
    if (hasPlainHttp(env[name] ?? '')) refuse(name, 'must hold no http:// entries in production.');
  }
  if (env.WACHT_STAGING === 'true') {
    refuse('WACHT_STAGING', 'must be false in production: a session in a URL ends up in histories and logs.');
  }
  if (env.PASSWORD_RESET_URL?.startsWith('http://'))
    refuse('PASSWORD_RESET_URL', 'must begin with https:// in production.');
  if (env.DOCSPACE_CONFIRM_URL?.startsWith('http://'))
    refuse('DOCSPACE_CONFIRM_URL', 'must begin with https:// in production.');
  if (env.SMS_WEBHOOK_URL?.startsWith('http://'))
    refuse('SMS_WEBHOOK_URL', 'must begin with https:// in production.');
  for (const name of ['RECAPTCHA_VERIFY_URL', 'HCAPTCHA_VERIFY_URL']) {
    if (env[name]?.startsWith('http://')) refuse(name, 'must begin with https:// in production.');
  }
  for (const field of plainHttpFields(env.OIDC_PROVIDERS ?? ''))
    refuse('OIDC_PROVIDERS', `${field} must begin with https:// in production.`);
  return problems;
}
