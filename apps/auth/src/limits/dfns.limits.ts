import { byAddress, type Limit } from '@app/throttle';

const MINUTE_SECONDS = 60;

/** Of one address, over all calls of the protocol (docs/protocols/dfns.md). */
export const dfnsLimits: Limit[] = [
  {
    name: 'dfns.address',
    limit: (config) => config.limits.dfnsRequestsPerMinute,
    windowSeconds: () => MINUTE_SECONDS,
    tracker: byAddress,
  },
];
