export { isServiceKeyIn, SERVICE_KEY_BITS, serviceKeyOf } from './presented-key.js';
export { FoundByService, ServiceKey, ServiceName } from './service-key.decorator.js';
export { ServiceKeyEntity } from './service-key.entity.js';
export { dropServiceKey, insertServiceKey, revokeServiceKey, type NewServiceKey } from './service-keys.js';
export { isServiceScope, SERVICE_SCOPES, type ServiceScope } from './service-scopes.js';
