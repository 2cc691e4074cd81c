export {
  audit,
  auditRefusal,
  recordedAs,
  type AuditEvent,
  type AuditSubject,
  type Concerned,
  type Recorded,
} from './audit.js';
export { AuditModule } from './audit.module.js';
export { forgetStreamedTraces, forgetTraces } from './forget.js';
export { auditPage, newestAudit, type AuditFilter, type AuditRow } from './read.js';
export { accountsOutOfGuesses, failuresByHour, type FailuresOfHour } from './statistics.js';
export { isRecorded } from './recorded-calls.js';
export { MANY_NETWORKS, RefusalLog } from './refusal-log.js';
export { StreamedEventEntity } from './streamed-event.entity.js';
export {
  claimStreamed,
  forgetStreamed,
  purgeStreamed,
  STREAM_COUNTED,
  STREAM_SIGNAL,
  streamBacklog,
  streamLater,
  type StreamBacklog,
  type StreamedEvent,
} from './stream.js';
export { AuditEventEntity } from './audit-event.entity.js';
export { dropAuditPartitions, makeAuditPartitions, purgeFormerAudit, purgeFormerRefusals } from './purge.js';
