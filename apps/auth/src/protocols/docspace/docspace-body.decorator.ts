import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';

/** Every key of the protocol's bodies, as its documents spell it. */
const KEYS = [
  ...[
    'userName',
    'password',
    'passwordHash',
    'provider',
    'accessToken',
    'serializedProfile',
    'code',
    'codeOAuth',
  ],
  ...['session', 'confirmData', 'email', 'first', 'key', 'recaptchaType', 'recaptchaResponse', 'culture'],
  ...['mobilePhone', 'emplType', 'encEmail', 'uiD', 'type', 'roomId', 'id', 'trustedIps', 'mandatoryUsers'],
  'mandatoryGroups',
];
const SPELLINGS = new Map(KEYS.map((key) => [key.toLowerCase(), key]));

/** The body with its keys in the documents' spelling, whichever letter case the client used; none at all is an empty one. */
export const DocspaceBody = createParamDecorator((_: unknown, context: ExecutionContext): object => {
  const body: unknown = context.switchToHttp().getRequest<Request>().body;
  if (body === undefined) return {};
  if (!isObject(body)) throw new AuthError('malformed_request');
  return respelled(body);
});

function respelled(given: Record<string, unknown>): Record<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [written, value] of Object.entries(given)) {
    const key = SPELLINGS.get(written.toLowerCase());
    if (!key) continue;
    // Two readers may take different ones of them.
    if (fields.has(key)) throw new AuthError('malformed_request');
    fields.set(key, isObject(value) ? respelled(value) : value);
  }
  // Clients that write every field write null for what they do not have.
  return Object.fromEntries([...fields].filter(([, value]) => value !== null));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
