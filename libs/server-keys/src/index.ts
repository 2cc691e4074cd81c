export { KeyRingRefused } from './key-ring-refused.js';
export { ReplicaEntity } from './replica.entity.js';
export { ServerKeyEntity } from './server-key.entity.js';
export { ServerKeysRepository, type KnownKey } from './server-keys.repository.js';
export { ServerKeys } from './server-keys.js';
export { ServerKeysModule } from './server-keys.module.js';
