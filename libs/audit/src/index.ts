export { audit, auditRefusal, type AuditEvent, type Recorded } from './audit.js';
export { AuditEventEntity } from './audit-event.entity.js';
