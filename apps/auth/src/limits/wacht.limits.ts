import { byAddress, type Limit } from '@app/throttle';

/** Of one address in a minute (docs/protocols/wacht.md). What a password, a code or a mail is limited by is counted with it. */
export const wachtLimits: Limit[] = [
  {
    name: 'wacht.address',
    limit: (config) => config.limits.wachtRequestsPerMinute,
    windowSeconds: () => 60,
    tracker: byAddress,
  },
];
