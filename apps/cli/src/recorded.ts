import { audit, type AuditEvent } from '@app/audit';
import { type Parts, sql } from '@app/database';
import type { Call } from '@app/kernel';

/** Parts: the audit row of a change to the account of part `changed` (`account_id`). */
export function recorded(call: Call, event: AuditEvent): Parts {
  return {
    verdict: sql`
      SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed`,
    audited: audit(call, event, 'verdict'),
  };
}

/** Parts: the same, of a key that was mailed for it: the attempt of part `attempt`. */
export function recordedMail(call: Call, event: AuditEvent): Parts {
  return {
    verdict: sql`
      SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt`,
    audited: audit(call, event, 'verdict'),
  };
}
