const ITS_NETWORK = 'whoever calls from the same network (IPv6: /64)';

/** Rows of `docs/security/limits.md`: of those that no person calls, but a service, a proxy or a provider. */
export const SERVICE_LIMITS = {
  serviceAddress: {
    limit: 'calls of services behind this one, from an address: 1,000 in a second',
    spender: ITS_NETWORK,
    lost: 'ask whether a credential is good, for the rest of the second',
    open: 'every other network at once, all protocols at once, and this network when the second ends',
    code: ['service.address', 'SERVICE_REQUESTS_PER_SECOND_LIMIT'],
  },
  adminAddress: {
    limit: 'calls of the administration, from an address: 600 in a minute',
    spender: ITS_NETWORK,
    lost: 'administer by programs from there for the rest of the minute',
    open: 'the command line, every other network at once, all protocols at once, and this network when the minute ends',
    code: ['admin.address', 'ADMIN_REQUESTS_PER_MINUTE_LIMIT'],
  },
  forwardAuthAddress: {
    limit: 'requests that a proxy asks about, of an address: 200 in a second',
    spender: ITS_NETWORK,
    lost: 'call what stands behind that proxy for the rest of the second',
    open: 'every other network at once, all protocols at once, and this network when the second ends',
    code: ['forward_auth.address', 'FORWARD_AUTH_REQUESTS_PER_SECOND_LIMIT'],
  },
  deliveryEvents: {
    limit: 'reports of providers: 3,000 of an address in a minute',
    spender: ITS_NETWORK,
    lost: 'have reports from there taken for the rest of the minute',
    open: 'every way: a report says what became of a message, and its provider sends it again',
    code: ['delivery_events.address', 'DELIVERY_EVENTS_PER_MINUTE_LIMIT'],
  },
};
