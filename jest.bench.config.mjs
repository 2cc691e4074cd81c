import base from './jest.config.mjs';

// Timings, as ratios measured side by side: read by people, never a reason for a test to fail.
export default {
  ...base,
  testMatch: ['<rootDir>/bench/timing/**/*.bench.ts'],
  testTimeout: 600_000,
  coverageThreshold: undefined,
};
