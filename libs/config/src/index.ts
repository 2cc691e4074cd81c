export { basePathOf } from './base-path.js';
export { Config, ConfigError, readConfig, readEnvironment, type ConfigProblem } from './config.js';
export { ConfigModule } from './config.module.js';
export { envExample } from './env-example.js';
export type { IdentityProviderConfig } from './identity-providers.js';
export type { MailProvider, TextProvider } from './message-providers.js';
export { Origins } from './origins.js';
export { loadKeyRing } from './key-file.js';
export { VERSION } from './version.js';
