import { readFileSync } from 'node:fs';

const json = (file) => JSON.parse(readFileSync(file, 'utf8'));
const isEsm = (name) => {
  try {
    return json(`node_modules/${name}/package.json`).type === 'module';
  } catch {
    return false;
  }
};
const { dependencies, devDependencies } = json('package.json');

// Jest runs CommonJS on every Node we support without flags, so our sources and the packages that are
// ESM only are compiled to it here. `.ci/run` boots the real ESM build once because of this difference.
const transitive = [
  '@nestjs/mapped-types',
  'yocto-queue',
  '@otplib/core',
  '@scure/base',
  '@noble/hashes',
  'oauth4webapi',
  // Not ESM, but with an import of its own, which jest cannot run.
  '@opentelemetry/otlp-exporter-base',
];
const esmPackages = [...transitive, ...Object.keys({ ...dependencies, ...devDependencies }).filter(isEsm)];

const module = { type: 'commonjs' };
const ts = {
  swcrc: false,
  sourceMaps: 'inline',
  module,
  jsc: {
    target: 'es2023',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
};
const js = {
  swcrc: false,
  sourceMaps: false,
  module,
  jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } },
};

// What the modules of a test look up in its global object goes through an interceptor each time. These are handed to each module instead,
// which takes a quarter off a start and a request. Not among them: what a module declares itself, and what a test may replace.
const builtIn = [
  ...[
    'Object',
    'Array',
    'Promise',
    'Error',
    'TypeError',
    'Symbol',
    'Math',
    'JSON',
    'String',
    'Number',
    'RegExp',
  ],
  ...['Map', 'WeakMap', 'WeakSet', 'Reflect', 'Proxy', 'BigInt', 'Uint8Array'],
];

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts', '<rootDir>/test/{integration,e2e,contract}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  moduleNameMapper: {
    '^@app/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '^.+\\.ts$': ['@swc/jest', ts], '^.+\\.m?js$': ['@swc/jest', js] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmPackages.join('|')})/)`],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1.5GB',
  testTimeout: 30_000,
  sandboxInjectedGlobals: builtIn,
  setupFiles: ['<rootDir>/test/support/stack-traces.ts'],
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'json-summary'],
  collectCoverageFrom: [
    'apps/**/*.ts',
    'libs/**/*.ts',
    '!**/{main,openapi}.ts',
    '!**/*.spec.ts',
    '!**/index.ts',
  ],
  coverageThreshold: { global: { lines: 90 } },
};
