import { byAddress, type Limit } from '@app/throttle';

/** Of one address in a minute (docs/protocols/yat.md). */
export const yatLimits: Limit[] = [
  {
    name: 'yat.address',
    limit: (config) => config.limits.yatRequestsPerMinute,
    windowSeconds: () => 60,
    tracker: byAddress,
  },
];
