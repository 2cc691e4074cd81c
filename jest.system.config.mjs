import base from './jest.config.mjs';

// The service beside programs of the system: poolers and the like. Apart from `npm test`, which needs nothing installed: this needs
// Debian's pgbouncer (PGBOUNCER_PATH or /usr/sbin/pgbouncer) and openssl.
export default {
  ...base,
  testMatch: ['<rootDir>/test/system/**/*.spec.ts'],
  testTimeout: 120_000,
  coverageThreshold: undefined,
};
