import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './config.js';

/** What must not be seen in a list of processes or in the description of a container: each may stand in a file that `…_FILE` names. */
export const SECRETS = [
  'COUNTERSIGN_KEYS',
  'DATABASE_URL',
  'LIMITS_REDIS_URL',
  'SMTP_URL',
  'SMS_URL',
  'WEBHOOK_SECRET',
  'SMS_WEBHOOK_SECRET',
  'EVENTS_WEBHOOK_SECRET',
  'MIGRATION_SECRET',
  'DELIVERY_EVENTS_SECRET',
  'OIDC_PROVIDERS',
  'RECAPTCHA_SECRET',
  'RECAPTCHA_ANDROID_SECRET',
  'RECAPTCHA_IOS_SECRET',
  'HCAPTCHA_SECRET',
] as const;

type Environment = Record<string, string | undefined>;

/** The environment with what stands in files, and why some of it cannot be had. No content of a file is told. */
export function withSecretFiles(environment: Environment): { given: Environment; problems: ConfigProblem[] } {
  const given = { ...environment };
  const problems: ConfigProblem[] = [];
  for (const name of SECRETS) {
    const variable = `${name}_FILE`;
    const file = environment[variable]?.trim();
    if (!file) continue;
    const problem = environment[name]?.trim() ? `must not be set beside ${name}.` : read(file, given, name);
    if (problem) problems.push({ variable, problem });
  }
  return { given, problems };
}

function read(file: string, into: Environment, name: string): string | undefined {
  try {
    into[name] = readFileSync(file, 'utf8').trim();
  } catch (error) {
    return `names a file that cannot be read (${(error as NodeJS.ErrnoException).code}).`;
  }
  return into[name] ? undefined : 'names a file that is empty.';
}
