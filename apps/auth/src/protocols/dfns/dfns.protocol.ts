import type { AuthError } from '@app/kernel';
import type { Protocol, RenderedError } from '../protocol.js';
import { dfnsErrors } from './dfns.errors.js';

/** docs/protocols/dfns.md: JSON alone, and nothing in it that the call does not know. */
export const dfns: Protocol = {
  name: 'dfns',
  prefixes: ['/auth/recover', '/auth/login', '/auth/registration', '/auth/credentials', '/auth/action'],
  renderError,
  validation: { whitelist: true, forbidNonWhitelisted: true, transform: true },
  bodies: { json: ['application/json'], form: false },
};

function renderError({ code, details }: AuthError): RenderedError {
  const { status, message } = dfnsErrors[code];
  const [first] = details.parameters ?? [];
  const error = {
    id: code,
    status,
    message: first ? `${first.parameter}: ${first.error}` : message,
    details: details.parameters ? { parameters: details.parameters } : {},
  };
  return { status, body: { error } };
}
