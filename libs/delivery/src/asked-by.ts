import type { RequestContext } from '@app/kernel';
import type { RequestFacts } from './templates/request.js';

/** The addresses of calls that no client makes, by who makes them. */
const DOERS: Record<string, RequestFacts['by']> = { local: 'operator', self: 'itself' };
/** Where operators work, or a service in their place: who they are and where they sit is nothing that owners are told. */
const OF_OPERATORS = ['console', 'admin'];

/** The facts by which every message says who asked for it: when, from where, with what. */
export function askedBy({
  now,
  client,
  protocol,
}: Pick<RequestContext, 'now' | 'client' | 'protocol'>): RequestFacts {
  const { address: clientAddress, userAgent } = client;
  const requestedAt = now.toISOString();
  if (OF_OPERATORS.includes(protocol))
    return { requestedAt, clientAddress: 'local', userAgent: '', by: 'operator' };
  const by = DOERS[clientAddress];
  return { requestedAt, clientAddress, userAgent, ...(by && { by }) };
}
