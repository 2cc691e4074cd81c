import type { RequestContext } from '@app/kernel';
import type { RequestFacts } from './templates/request.js';

/** The addresses of calls that no client makes, by who makes them. */
const DOERS: Record<string, RequestFacts['by']> = { local: 'operator', self: 'itself' };

/** The facts by which every message says who asked for it: when, from where, with what. */
export function askedBy({ now, client }: Pick<RequestContext, 'now' | 'client'>): RequestFacts {
  const { address: clientAddress, userAgent } = client;
  const by = DOERS[clientAddress];
  return { requestedAt: now.toISOString(), clientAddress, userAgent, ...(by && { by }) };
}
