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
export { dropAuditPartitions, makeAuditPartitions, purgeFormerAudit, purgeFormerRefusals } from './purge.js';
