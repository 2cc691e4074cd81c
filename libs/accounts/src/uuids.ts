import { sql, type Sql } from '@app/database';

/** By what those accounts are known outside; nothing for one that is no more. */
export function uuidsOf(ids: string[]): Sql {
  return sql`SELECT id::text AS id, uuid FROM accounts WHERE id = ANY(${ids}::bigint[])`;
}
