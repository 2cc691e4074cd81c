import { part, type Part, sql, type Sql } from '@app/database';
import { plusSeconds, type RequestContext } from '@app/kernel';

/** What codes and links are sent for; a login code of 16 digits, which anybody may ask for, has a window of its own. */
export type SentPurpose =
  | 'sign_in'
  | 'sign_up'
  | 'second_factor'
  | 'factor_setup'
  | 'contact_change'
  | 'magic_link'
  | 'password_reset'
  | 'recovery'
  | 'registration'
  | 'login';

/** When a code may be sent again to one subject for one purpose. */
export interface SendRule {
  purpose: SentPurpose;
  waitSeconds: number;
  /** At most this many in an hour; no such limit when absent. */
  hourlyLimit?: number;
}

const HOUR_SECONDS = 3600;

/**
 * Takes the one permission to send that a window has, for each subject, and hands
 * those on; none when it is too early. The guard and the taking are one upsert, so of many calls at once one sends.
 */
export function takeSendWindow(
  { now }: RequestContext,
  rule: SendRule,
  from: Part<{ subject: string }>,
): Part<{ subject: string }> {
  const next = plusSeconds(now, rule.waitSeconds);
  const hour = plusSeconds(now, HOUR_SECONDS);
  return part(
    'window_taken',
    sql`
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, ${rule.purpose}, ${next}::timestamptz, 1, ${hour}::timestamptz FROM ${from} f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= ${now}::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= ${now}::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE ${mayBeTaken({ now }, rule)}
    RETURNING w.subject`,
  );
}

/** Condition on window `w`, never null: what the rule allows has not been sent yet. */
export function mayBeTaken({ now }: Pick<RequestContext, 'now'>, { hourlyLimit }: SendRule): Sql {
  return sql`(w.next_at <= ${now}::timestamptz AND (w.window_ends_at <= ${now}::timestamptz
      OR w.sent < coalesce(${hourlyLimit ?? null}::int, w.sent + 1)))`;
}

/** When the subject may ask again, as of before this statement. */
export function nextSend(
  { now }: RequestContext,
  rule: SendRule,
  from: Part<{ subject: string }>,
): Part<{ next_at: Date }> {
  return part(
    'waiting',
    sql`
    SELECT CASE WHEN w.next_at > ${now}::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN ${from} f ON w.subject = f.subject WHERE w.purpose = ${rule.purpose}`,
  );
}
