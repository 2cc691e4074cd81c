import { url, whole } from './readers.js';
import { maybe, set } from './variable.js';

/** How often one address may call, by protocol, and where that is counted. */
export const requestLimits = {
  LIMITS_REDIS_URL: maybe(
    url('redis:', 'rediss:'),
    'Redis that counts requests, redis://user:password@host:6379/0 or rediss://…; no cluster. Absent: Postgres counts them.',
  ),
  NAVIXY_REQUESTS_PER_SECOND_LIMIT: set(
    whole(1, 1_000_000),
    '50',
    'navixy: requests of one address, and of one session, in a second.',
  ),
  WACHT_REQUESTS_PER_MINUTE_LIMIT: set(
    whole(1, 1_000_000),
    '300',
    'wacht: requests of one address in a minute.',
  ),
  WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: set(
    whole(1, 1_000_000),
    '60',
    'wacht: browser sessions made for one address in a minute, for calls that bring none.',
  ),
  YAT_REQUESTS_PER_MINUTE_LIMIT: set(whole(1, 1_000_000), '300', 'yat: requests of one address in a minute.'),
  DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: set(
    whole(1, 1_000_000),
    '300',
    'docspace: requests of one address in a minute.',
  ),
  DFNS_REQUESTS_PER_MINUTE_LIMIT: set(
    whole(1, 1_000_000),
    '100',
    'dfns: requests of one address in a minute.',
  ),
  SERVICE_REQUESTS_PER_SECOND_LIMIT: set(
    whole(1, 1_000_000),
    '1000',
    'Calls of services behind this one (`/introspect`) from one address in a second.',
  ),
  ADMIN_REQUESTS_PER_MINUTE_LIMIT: set(
    whole(1, 1_000_000),
    '600',
    'Calls of the administration (`/admin`) from one address in a minute.',
  ),
  FORWARD_AUTH_REQUESTS_PER_SECOND_LIMIT: set(
    whole(1, 1_000_000),
    '200',
    'Requests of one address in a second that a proxy asks about at `/forward-auth`.',
  ),
  DELIVERY_EVENTS_PER_MINUTE_LIMIT: set(
    whole(1, 1_000_000),
    '3000',
    'Reports of providers, POSTed to /delivery/events, of one address in a minute, signed or not.',
  ),
  IDEMPOTENCY_KEYS_PER_MINUTE_LIMIT: set(
    whole(1, 1_000_000),
    '120',
    'Calls under an Idempotency-Key of one network in a minute, in all protocols; each is kept for ten minutes.',
  ),
};
