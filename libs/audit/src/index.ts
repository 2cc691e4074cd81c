export { audit, auditRefusal, type AuditEvent } from './audit.js';
export { AuditEventEntity } from './audit-event.entity.js';
