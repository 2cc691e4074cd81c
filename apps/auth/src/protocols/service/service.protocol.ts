import type { AuthError, AuthErrorCode } from '@app/kernel';
import { plain } from '../plain.protocol.js';
import type { Protocol, RenderedError } from '../protocol.js';

/** What OAuth 2.0 calls a refusal (RFC 6749 §5.2, RFC 6750 §3.1); what it has no word for keeps its own. */
const WORDS: Partial<Record<AuthErrorCode, string>> = {
  malformed_request: 'invalid_request',
  invalid_parameters: 'invalid_request',
  body_too_large: 'invalid_request',
  encoding_unsupported: 'invalid_request',
  credential_malformed: 'invalid_token',
  session_not_found: 'invalid_token',
  not_permitted: 'insufficient_scope',
  database_unavailable: 'temporarily_unavailable',
  unexpected: 'server_error',
};
const REALM = 'realm="countersign"';

/** The calls of services behind this one: a form in, JSON out, refusals in the words of OAuth 2.0. */
export const service: Protocol = {
  name: 'service',
  prefixes: [],
  renderError: (error) => renderServiceError(error, ['Bearer', 'Basic']),
  validation: { whitelist: true, transform: true },
  bodies: { json: () => false, form: true },
};

/** What a proxy asks for each request of somebody else. A challenge of Basic would come up as a dialog in that one's browser. */
export const forwardAuth: Protocol = {
  name: 'forward_auth',
  prefixes: [],
  renderError: (error) => renderServiceError(error, ['Bearer']),
  validation: { whitelist: true, transform: true },
  bodies: { json: () => false, form: false },
};

/** `schemes`: by which a caller may show who they are. */
export function renderServiceError(
  error: Pick<AuthError, 'code' | 'details'>,
  schemes: string[],
): RenderedError {
  const { status } = plain.renderError(error as AuthError);
  const word = WORDS[error.code] ?? error.code;
  const said = error.details.parameters?.map((parameter) => parameter.error).join('; ');
  const body = { error: word, ...(said && { error_description: said }) };
  // Who has shown nothing is told what to show, and not that it was wrong (RFC 6750 §3.1).
  const why = error.code === 'credential_malformed' ? '' : `, error="${word}"`;
  const challenges = schemes.map((scheme) => `${scheme} ${REALM}${scheme === 'Bearer' ? why : ''}`);
  return {
    status,
    body,
    ...([401, 403].includes(status) && { headers: { 'WWW-Authenticate': challenges } }),
  };
}
