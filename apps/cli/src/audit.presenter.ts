import { eventSentence } from '@app/administration';
import type { AuditRow } from '@app/audit';

/** One record as a person reads it. */
export function auditLine(row: AuditRow): string {
  return `${eventSentence(row)}${row.accountId ? `, account ${row.accountId}` : ''}`;
}
