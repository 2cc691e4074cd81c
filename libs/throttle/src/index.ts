export { Authenticated, CurrentSession, type SessionQuery } from './authenticated.js';
export { byAddress, clientAddress } from './client-address.js';
export { Limits, type Limit } from './limits.js';
export { LimitsStorage } from './limits-storage.js';
export { PostgresThrottlerStorage } from './postgres-throttler.storage.js';
export { ThrottleModule } from './throttle.module.js';
export { RowLimits, type RowLimit } from './row-limits.js';
