import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON type, or the values that there are. */
type Kind = string | string[];
interface Schema {
  required: string[];
  properties: Record<string, Kind>;
}
export type SchemaName =
  'Envelope' | 'Error' | 'SigninAttempt' | 'SignupAttempt' | 'SignIn' | 'User' | 'SocialConnection';

const file = join(import.meta.dirname, '..', 'contract', 'fixtures', 'wacht-frontend-api.json');
export const published = (JSON.parse(readFileSync(file, 'utf8')) as { schemas: Record<SchemaName, Schema> })
  .schemas;

/** What the description asks for and this service does not say, by choice: docs/protocols/wacht.md, "What differs". */
export const LEFT_OUT: Partial<Record<SchemaName, string[]>> = {
  SigninAttempt: [
    'email',
    'session_id',
    'sso_provider',
    'expires_at',
    'first_method_authenticated',
    'second_method_authenticated',
    'second_method_authentication_required',
    'user_id',
    'current_step',
  ],
  SignupAttempt: [
    'session_id',
    'first_name',
    'last_name',
    'phone_number',
    'password',
    'required_fields',
    'missing_fields',
    'current_step',
    'remaining_steps',
    'completed',
  ],
  SignIn: [
    'active_organization_membership_id',
    'active_workspace_membership_id',
    'user',
    'expiresAt',
    'lastActiveAt',
    'ipAddress',
    'browser',
    'device',
    'city',
    'region',
    'regionCode',
    'country',
    'countryCode',
  ],
  SocialConnection: ['email_address', 'first_name', 'last_name'],
};
/** What is of another type here, as the older description had it: codes of errors are words, ids are texts. */
export const OTHERWISE: Partial<Record<SchemaName, string[]>> = {
  Error: ['code'],
  User: ['primary_email_address_id', 'primary_phone_number_id'],
};

/** What of this value is not as the description has it, as `place: what`. */
export function differences(name: SchemaName, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [`${name}: no object`];
  const given = value as Record<string, unknown>;
  const { required, properties } = published[name];
  const missing = required.filter((each) => !(each in given) && !LEFT_OUT[name]?.includes(each));
  const known = Object.entries(given).filter(
    ([each]) => properties[each] !== undefined && !OTHERWISE[name]?.includes(each),
  );
  const wrong = known.filter(([each, shown]) => !isOf(properties[each] as Kind, shown));
  return [
    ...missing.map((each) => `${name}.${each}: missing`),
    ...wrong.map(([each]) => `${name}.${each}: type`),
  ];
}

function isOf(kind: Kind, value: unknown): boolean {
  if (Array.isArray(kind)) return kind.includes(value as string);
  if (kind === 'any') return true;
  if (kind === 'array') return Array.isArray(value);
  if (kind === 'integer') return Number.isInteger(value);
  return typeof value === kind && value !== null;
}

interface Session {
  signin_attempts: unknown[];
  signup_attempts: unknown[];
  signins: unknown[];
  active_signin: unknown;
}

/** Fails where an answer is not what the published description has, but for what is said to differ. */
export function expectPublished(
  method: string,
  path: string,
  body: { data: unknown; session: Session; errors: unknown[] },
): void {
  const { session, data, errors } = body;
  const { signin_attempts, signup_attempts, signins, active_signin } = session;
  const found = [
    ...differences('Envelope', body),
    ...errors.flatMap((each) => differences('Error', each)),
    ...signin_attempts.flatMap((each) => differences('SigninAttempt', each)),
    ...signup_attempts.flatMap((each) => differences('SignupAttempt', each)),
    ...[...signins, ...(active_signin ? [active_signin] : [])].flatMap((each) => differences('SignIn', each)),
    ...(data ? ofData(`${method} ${path}`, data) : []),
  ];
  if (found.length)
    throw new Error(`${method} ${path} is not what wacht's description says: ${found.join(', ')}`);
}

/** `call`: method and path. */
function ofData(call: string, data: unknown): string[] {
  if (call === 'GET /me/signins') return (data as unknown[]).flatMap((each) => differences('SignIn', each));
  if (!['GET /me', 'POST /me'].includes(call)) return [];
  const { social_connections } = data as { social_connections: unknown[] };
  return [
    ...differences('User', data),
    ...social_connections.flatMap((each) => differences('SocialConnection', each)),
  ];
}
