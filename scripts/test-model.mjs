import { jest } from './jest.mjs';

const { COUNTERSIGN_MODEL_RUNS = '10000' } = process.env;
const args = ['--config', 'jest.config.mjs', 'test/e2e/model.spec.ts', ...process.argv.slice(2)];
jest(args, { COUNTERSIGN_MODEL_RUNS });
