import { isOfOperator, ownClient, type RequestContext } from '@app/kernel';
import type { RequestFacts } from './templates/request.js';

/** The facts by which every message says who asked for it: when, from where, with what. */
export function askedBy({
  now,
  client,
  protocol,
}: Pick<RequestContext, 'now' | 'client' | 'protocol'>): RequestFacts {
  const { address: clientAddress, userAgent } = client;
  const requestedAt = now.toISOString();
  if (isOfOperator(protocol)) return { requestedAt, clientAddress: 'local', userAgent: '', by: 'operator' };
  const isOwn = clientAddress === ownClient().address;
  return { requestedAt, clientAddress, userAgent, ...(isOwn && { by: 'itself' }) };
}
