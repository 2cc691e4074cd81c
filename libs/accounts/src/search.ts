import { empty, join, raw, sql, type Sql } from '@app/database';
import type { Identifier } from '@app/kernel';
import type { SecondFactor } from './account.entity.js';

/** An account as operators find it. */
export interface FoundAccount {
  id: string;
  uuid: string;
  email: string | null;
  username: string | null;
  phone: string | null;
  secondFactor: SecondFactor;
  orgId: string | null;
  tenantId: string | null;
  language: string;
  createdAt: Date;
  activatedAt: Date | null;
  disabledAt: Date | null;
}

/** One that was found by a name, with the name. */
export interface NamedHit extends FoundAccount {
  name: string;
  kind: Identifier['kind'];
}

/** Whatever is undefined may be anything. */
export interface WhoseAccounts {
  orgId?: string;
  tenantId?: string;
}

const COLUMNS =
  raw(`a.id::text AS id, a.uuid, a.email, a.username, a.phone, a.second_factor AS "secondFactor", a.org_id AS "orgId",
  a.tenant_id AS "tenantId", a.language, a.created_at AS "createdAt", a.activated_at AS "activatedAt", a.disabled_at AS "disabledAt"`);
/** Behind everything that begins like a name: the last code point there is, in the order of bytes, which is that of the indexes. */
const LAST = '\u{10FFFF}';

/** The accounts below an id, the newest first. */
export function newestAccounts(below: string, most: number, whose: WhoseAccounts): Sql {
  return sql`
    SELECT ${COLUMNS} FROM accounts a WHERE a.id < ${below}::bigint ${only(whose)} ORDER BY a.id DESC LIMIT ${most}::int`;
}

/**
 * The accounts one of whose names of these kinds begins with `prefix`, in the order of the names; one that has two such names is there
 * twice. `from`: of each kind, the first name that counts. Reads no more of each index than it answers, unless `whose` leaves some out.
 */
export function accountsNamedLike(
  prefix: string,
  from: { kind: Identifier['kind']; name: string }[],
  most: number,
  whose: WhoseAccounts,
): Sql {
  const branches = from.map(({ kind, name }) => {
    const column = raw(`a.${kind}`);
    return sql`
      (SELECT ${COLUMNS}, ${column} AS name, ${raw(`'${kind}'`)} AS kind FROM accounts a
       WHERE ${column} ~>=~ ${name}::text AND ${column} ~<~ ${prefix + LAST}::text ${only(whose)}
       ORDER BY ${column} USING ~<~ LIMIT ${most}::int)`;
  });
  return sql`SELECT * FROM (${join(branches, ' UNION ALL ')}) hits ORDER BY name USING ~<~, kind LIMIT ${most}::int`;
}

function only({ orgId, tenantId }: WhoseAccounts): Sql {
  return sql`${orgId === undefined ? empty : sql`AND a.org_id = ${orgId}::text`} ${tenantId === undefined ? empty : sql`AND a.tenant_id = ${tenantId}::text`}`;
}
