import { empty, raw, sql, type Sql } from '@app/database';

/** A row of the log as operators read it. */
export interface AuditRow {
  id: string;
  at: Date;
  event: string;
  outcome: string;
  protocol: string | null;
  accountId: string | null;
  sessionId: string | null;
  attemptId: string | null;
  clientAddress: string | null;
  userAgent: string | null;
  requestId: string | null;
  repeated: number;
}

/** What is looked for; whatever is undefined may be anything. */
export interface AuditFilter {
  accountId?: string;
  /** The event, or the beginning of one before a dot or a space: `code` finds `code.verify`. */
  event?: string;
  protocol?: string;
}

const COLUMNS =
  raw(`id::text AS id, at, event, outcome, protocol, account_id::text AS "accountId", session_id::text AS "sessionId",
  attempt_id::text AS "attemptId", client_address AS "clientAddress", user_agent AS "userAgent", request_id AS "requestId", repeated`);

/**
 * The next rows after an id and below another, in the order of ids, which is that of time. `matches`: whether the row is what is looked
 * for; the others are there too, so that a page takes no longer where there are few, and its last id is where the next one begins.
 */
export function auditPage(after: string, below: string, most: number, filter: AuditFilter): Sql {
  return sql`
    SELECT ${COLUMNS}, ${matches(filter)} AS matches FROM audit_events
    WHERE id > ${after}::bigint AND id < ${below}::bigint ${ofAccount(filter)} ORDER BY audit_events.id LIMIT ${most}::int`;
}

/** The newest rows that are looked for, the newest first. */
export function newestAudit(most: number, filter: AuditFilter): Sql {
  return sql`
    SELECT ${COLUMNS}, true AS matches FROM audit_events
    WHERE ${matches(filter)} ${ofAccount(filter)} ORDER BY audit_events.id DESC LIMIT ${most}::int`;
}

function ofAccount({ accountId }: AuditFilter): Sql {
  return accountId === undefined ? empty : sql`AND account_id = ${accountId}::bigint`;
}

function matches(filter: AuditFilter): Sql {
  const { event, protocol } = { event: filter.event ?? null, protocol: filter.protocol ?? null };
  return sql`
    ((${event}::text IS NULL OR event = ${event}::text OR starts_with(event, ${event}::text || '.')
      OR starts_with(event, ${event}::text || ' ')) AND (${protocol}::text IS NULL OR protocol = ${protocol}::text))`;
}
