import { byAddress, type Limit } from '@app/throttle';

/** Of one address: each is a program of the operator's. Keys cannot be guessed; what is bounded is how much one of them may ask. */
export const adminLimits: Limit[] = [
  {
    name: 'admin.address',
    limit: (config) => config.limits.adminRequestsPerMinute,
    windowSeconds: () => 60,
    tracker: byAddress,
  },
];
