import config from './jest.config.mjs';

// All tests, gathered in a few files: most of the time of a run would go into loading the same modules for each file of its own.
export default { ...config, testMatch: ['<rootDir>/test/suites/group-*.ts'] };
