import base from './jest.config.mjs';

// Three processes of the service and a Postgres of their own under faults: see CONTRIBUTING.md. Starts what it needs by itself.
export default {
  ...base,
  testMatch: ['<rootDir>/test/chaos/**/*.spec.ts'],
  globalSetup: undefined,
  globalTeardown: undefined,
  coverageThreshold: undefined,
};
