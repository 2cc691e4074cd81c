import { sql, raw, type Sql } from '@app/database';
import type { Call } from '@app/kernel';
import type { AttemptPurpose } from './attempt.entity.js';

/** Part: closes the open attempts of the subject in part `from` (`subject`): a new code takes their place. */
export function supersedeSubject({ now }: Call, purpose: AttemptPurpose, from: string): Sql {
  return sql`
    UPDATE attempts a SET status = 'superseded', closed_at = ${now}::timestamptz FROM ${raw(from)} f
    WHERE a.subject = f.subject AND a.purpose = ${purpose} AND a.status = 'open' RETURNING a.id`;
}

/** Condition on attempt `a`: it is open and belongs to the subject of part `subject`, be it known or a stranger. */
export const OPEN_OF_SUBJECT = sql`a.subject = (SELECT subject FROM subject) AND a.status = 'open'`;
