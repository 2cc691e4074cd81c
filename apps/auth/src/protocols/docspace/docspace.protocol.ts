import type { AuthError } from '@app/kernel';
import type { Protocol, RenderedError } from '../protocol.js';
import { docspaceErrors } from './docspace.errors.js';
import { toXml } from './docspace-xml.js';

/** What clients of this family know from its first server: the name of an exception and its number. */
const EXCEPTIONS: Record<number, [type: string, hresult: number]> = {
  400: ['System.ArgumentException', -2147024809],
  401: ['System.Security.Authentication.AuthenticationException', -2146233087],
  403: ['System.Security.SecurityException', -2146233078],
  404: ['ASC.Api.Core.ItemNotFoundException', -2146233088],
};
const ANY_EXCEPTION: [type: string, hresult: number] = ['System.Exception', -2146233088];

/** docs/protocols/docspace.md: one envelope, lenient with what it does not know, JSON under three names or XML. */
export const docspace: Protocol = {
  name: 'docspace',
  prefixes: ['/api/2.0'],
  renderError,
  write: (body, { suffix }) => (suffix === 'xml' ? toXml(body) : undefined),
  validation: { whitelist: true, transform: true },
  bodies: { json: ['application/json', 'application/*+json', 'text/json'], form: false },
};

export function renderError({ code, details }: Pick<AuthError, 'code' | 'details'>): RenderedError {
  const { status, message } = docspaceErrors[code];
  const [type, hresult] = EXCEPTIONS[status] ?? ANY_EXCEPTION;
  const said = details.parameters?.map(({ error }) => error).join('; ') || message;
  return { status, body: { error: { message: said, type, hresult }, status: 1, statusCode: status } };
}
