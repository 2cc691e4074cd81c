import { audit, auditRefusal, type AuditEvent, type Recorded } from '@app/audit';
import { part, type Part, sql, type Statement } from '@app/database';
import type { RequestContext } from '@app/kernel';

/** The record of a change at an operator: there when the change has a row. It concerns no account. */
export function recordedOperator(
  call: RequestContext,
  event: AuditEvent,
  outcome: string,
  changed: Part,
): Part<{ id: string }> {
  const verdict = part<Recorded>(
    'verdict',
    sql`
    SELECT ${outcome}::text AS outcome, NULL::bigint AS account_id, NULL::bigint AS session_id,
      NULL::bigint AS attempt_id FROM ${changed}`,
  );
  return audit(call, event, verdict);
}

/** That somebody was refused: a statement of its own. */
export function refusedOperator(
  call: RequestContext,
  event: AuditEvent,
  outcome: string,
): Part<{ id: string }> | Statement<{ id: string }> {
  return auditRefusal(call, event, { outcome, accountId: null });
}
