export { Config, ConfigError, readConfig, readEnvironment, type ConfigProblem } from './config.js';
export { ConfigModule } from './config.module.js';
export { envExample } from './env-example.js';
export { loadKeyRing } from './key-file.js';
