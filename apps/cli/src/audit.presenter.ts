import type { AuditRow } from '@app/audit';
import { eventSentence } from './attempt.sentences.js';

/** One record as a person reads it. */
export function auditLine(row: AuditRow): string {
  return `${eventSentence(row)}${row.accountId ? `, account ${row.accountId}` : ''}`;
}
