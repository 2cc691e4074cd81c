import base from './jest.config.mjs';

// The pages, in a real browser. Apart from `npm test`, which needs nothing installed: this needs a Chromium at
// CHROMIUM_PATH or /usr/bin/chromium.
export default {
  ...base,
  testMatch: ['<rootDir>/test/browser/**/*.spec.ts'],
  testTimeout: 120_000,
  coverageThreshold: undefined,
};
