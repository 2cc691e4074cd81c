import { byAddress, type Limit } from '@app/throttle';

const SECOND = () => 1;

/** Of one address: each is a service with a key, and asks for all its own people. */
export const serviceLimits: Limit[] = [
  {
    name: 'service.address',
    limit: (config) => config.limits.serviceRequestsPerSecond,
    windowSeconds: SECOND,
    tracker: byAddress,
  },
];

/** Of the one whose requests a proxy asks about: a page and all that it loads come at once. */
export const forwardAuthLimits: Limit[] = [
  {
    name: 'forward_auth.address',
    limit: (config) => config.limits.forwardAuthRequestsPerSecond,
    windowSeconds: SECOND,
    tracker: byAddress,
  },
];
