import { sql, raw, type Sql } from './sql/sql.js';
/**
 * Condition on table `made` (an alias with `account_id` and `security_stamp`): nothing has happened to its account since that
 * ends what was made for it before. Whoever makes something for an account writes down the stamp that was read with the
 * proof; every event that ends such things raises the account's stamp (docs/security/what-ends-when.md). So a row that a slow call commits
 * after the event is dead on arrival, and no time of arrival decides about anything.
 *
 * "At most", because a row that was carried over at this very moment may have a stamp later than the account in this statement's
 * snapshot. It stands here because sessions and attempts both need it, and neither knows the other noun.
 */
export function isCurrent(made: string): Sql {
  const m = raw(made);
  return sql`EXISTS (
    SELECT FROM accounts o WHERE o.id = ${m}.account_id AND o.security_stamp <= ${m}.security_stamp)`;
}
