export class DocspaceLink {
  /** @example 'https://auth.example.com/api/2.0/authentication' */
  href: string;
  /** @example 'POST' */
  action: string;
}

/** What every answer of this protocol is wrapped in. */
export class DocspaceEnvelope {
  /** How many things `response` has. @example 1 */
  count: number;
  links: DocspaceLink[];
  /** @example 0 */
  status: number;
  /** @example 200 */
  statusCode: number;
}

class DocspaceException {
  /** For people; the one thing clients show. @example 'User authentication failed' */
  message: string;
  /** @example 'System.Security.Authentication.AuthenticationException' */
  type: string;
  /** @example -2146233087 */
  hresult: number;
}

/** Every refusal of this protocol. */
export class DocspaceErrorResponse {
  error: DocspaceException;
  /** @example 1 */
  status: number;
  /** @example 401 */
  statusCode: number;
}
