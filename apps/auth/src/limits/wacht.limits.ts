import { byAddress, type Limit, type RowLimit } from '@app/throttle';

/** Of one address in a minute (docs/protocols/wacht.md). What a password, a code or a mail is limited by is counted with it. */
export const wachtLimits: Limit[] = [
  {
    name: 'wacht.address',
    limit: (config) => config.limits.wachtRequestsPerMinute,
    windowSeconds: () => 60,
    tracker: byAddress,
  },
];

/** Browser sessions that one network is given in a minute. A browser needs one; only what keeps no cookie needs more. */
export const newBrowserLimit: RowLimit = {
  name: 'wacht.new_browser',
  limit: (config) => config.limits.wachtNewSessionsPerMinute,
  windowSeconds: () => 60,
};
