import type { RequestContext } from '@app/kernel';

/** The facts by which every message says who asked for it: when, from where, with what. */
export function askedBy({ now, client }: Pick<RequestContext, 'now' | 'client'>) {
  return { requestedAt: now.toISOString(), clientAddress: client.address, userAgent: client.userAgent };
}
