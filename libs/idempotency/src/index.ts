export { IdempotencyModule } from './idempotency.module.js';
export { IdempotentCallEntity } from './idempotent-call.entity.js';
export { purgeIdempotentCalls } from './idempotent-calls.js';
export { IDEMPOTENCY_KEY, Idempotent } from './idempotent.decorator.js';
