import { randomUUID } from 'node:crypto';
import type { Config } from '@app/config';
import { Clock, Ids } from '@app/kernel';
import { byAddress, clientAddress } from '@app/throttle';
import type { Handler } from 'express';
import type { ProtocolTable } from '../protocols/protocol-table.js';

const REQUEST_ID = /^[\w.-]{1,64}$/;
const USER_AGENT_LENGTH = 256;

/**
 * Puts on every request what the core has to know of it. A request id that came with the request is kept, if it has
 * the form of one, so that a call can be followed through a proxy.
 */
export function attachCall(
  protocols: ProtocolTable,
  clock: Clock,
  ids: Ids,
  { events }: Pick<Config, 'events'>,
): Handler {
  const streams = events !== undefined;
  return (request, response, next) => {
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    const userAgent = (request.headers['user-agent'] ?? '').slice(0, USER_AGENT_LENGTH).toWellFormed();
    request.call = {
      protocol: protocols.of(request.path).name,
      client: { address: clientAddress(request), network: byAddress(request), userAgent, requestId },
      now: clock.now(),
      nextId: () => ids.next(),
      streams,
    };
    response.setHeader('X-Request-Id', requestId);
    next();
  };
}
