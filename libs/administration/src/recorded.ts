import { audit, recordedAs, type AuditEvent, type Concerned, type Recorded } from '@app/audit';
import { part, type Part, sql, type Statement, statement, type Effect } from '@app/database';
import type { RequestContext } from '@app/kernel';

/** A change to an account, with its audit row; answers the row of the change. */
export function recorded<Row extends Concerned>(
  call: RequestContext,
  event: AuditEvent,
  changed: Part<Row>,
  ...effects: Effect[]
): Statement<Row> {
  const verdict = recordedAs('done', changed, { session: false });
  return statement(changed, ...effects, audit(call, event, verdict));
}

/** The audit row of a key that was mailed for it: the attempt that was opened. */
export function recordedMail(
  call: RequestContext,
  event: AuditEvent,
  attempt: Part<{ id: string; account_id: string | null }>,
): Effect {
  const verdict = part<Recorded>(
    'verdict',
    sql`SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM ${attempt}`,
  );
  return audit(call, event, verdict);
}
