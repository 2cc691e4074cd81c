/** Who is calling, as far as the connection tells. Shown to the owner in mails and kept in the audit log. */
export interface Client {
  /** The client's address: of the connection, or of the right-most hop beyond the trusted proxies. */
  address: string;
  /** What of the address a customer of a network usually shares: IPv4 whole, IPv6 by /64. Whose guesses count together. */
  network: string;
  /** At most 256 characters; empty when the client sent none. */
  userAgent: string;
  requestId: string;
}

/**
 * One call as the core sees it: by whom, in which protocol, and when. The instant is the same in every statement of
 * a call, so that nothing can expire between two of them.
 */
export interface RequestContext {
  protocol: string;
  client: Client;
  now: Date;
  nextId(): string;
  /** Whether what is recorded of it at an account goes on to the operator's receiver. */
  streams?: boolean;
}

/**
 * The protocols by which operators and their programs call. The client of such a call is one of them: the audit log names them, and nobody
 * whose account it is about is told who they are or where they sit.
 */
export const OPERATORS_PROTOCOLS: readonly string[] = ['cli', 'console', 'admin'];

/** Whether a call of this protocol is an operator's; one of no protocol is nobody's. */
export function isOfOperator(protocol: string | null): boolean {
  return protocol !== null && OPERATORS_PROTOCOLS.includes(protocol);
}

/** In the place of a client where nobody calls: what the service does by itself. */
export function ownClient(): RequestContext['client'] {
  return { address: 'self', network: 'self', userAgent: '', requestId: '' };
}
