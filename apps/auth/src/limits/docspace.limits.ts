import { byAddress, type Limit } from '@app/throttle';

/** Of one address, in a minute (docs/protocols/docspace.md). */
export const docspaceLimits: Limit[] = [
  {
    name: 'docspace.address',
    limit: (config) => config.limits.docspaceRequestsPerMinute,
    windowSeconds: () => 60,
    tracker: byAddress,
  },
];
