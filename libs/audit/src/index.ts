export {
  audit,
  auditRefusal,
  recordedAs,
  type AuditEvent,
  type AuditSubject,
  type Concerned,
  type Recorded,
} from './audit.js';
export { AuditEventEntity } from './audit-event.entity.js';
export { purgeAudit, purgeAuditRefusals } from './purge.js';
