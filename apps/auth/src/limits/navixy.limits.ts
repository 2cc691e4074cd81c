import { byAddress, type Limit } from '@app/throttle';
import { presentedHash } from '../protocols/navixy/navixy-parameters.js';

const perSecond = {
  limit: (config: Parameters<Limit['limit']>[0]) => config.limits.navixyRequestsPerSecond,
  windowSeconds: () => 1,
};

/** Of one address, and of one session, in a second (docs/protocols/navixy.md). */
export const navixyLimits: Limit[] = [
  { name: 'navixy.address', ...perSecond, tracker: byAddress },
  { name: 'navixy.session', ...perSecond, tracker: presentedHash },
];
