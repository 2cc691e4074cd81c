import { auditRefusal, type AuditEvent, type AuditSubject } from '@app/audit';
import type { Database } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';

/**
 * For a step that refuses outside of a statement: what it has refused is recorded, as a statement records what it decides; by the error's code, unless `outcome` says more. That the
 * service is busy is nothing about the call.
 */
export function recordRefusal(
  database: Database,
  call: RequestContext,
  event: AuditEvent,
  { outcome, accountId = null }: Partial<AuditSubject> = {},
): (error: unknown) => Promise<never> {
  return async (error) => {
    if (error instanceof AuthError && error.code !== 'busy')
      await database.rows(auditRefusal(call, event, { outcome: outcome ?? error.code, accountId }));
    throw error;
  };
}
