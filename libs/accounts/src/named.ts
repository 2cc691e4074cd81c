import { raw, type Sql, sql } from '@app/database';
import { identifyAs, type Identifier } from '@app/kernel';

/** What names a person: an identifier they chose, or their account's UUID. */
export type Name = Identifier | { kind: 'uuid'; value: string; spellings?: undefined };

/** Condition on table `accounts`, or its alias: who is called this. Of an address in a spelling of former releases there may be two. */
export function isNamed({ kind, value, spellings }: Name, alias = 'accounts'): Sql {
  const column = raw(`${alias}.${kind}`);
  return spellings ? sql`${column} = ANY(${spellings}::text[])` : sql`${column} = ${value}`;
}

/** Behind the conditions on `accounts`: of two, the one with the likeliest spelling. */
export function likeliest({ kind, spellings }: Name): Sql {
  return spellings ? sql`ORDER BY array_position(${spellings}::text[], ${raw(kind)}) LIMIT 1` : raw('');
}

/**
 * The address as it is to be inserted: where an account has the same mailbox in a spelling of former releases, that one, so that the index
 * refuses the second account of a mailbox as it does any other. What somebody registered and nobody proved gives way (`unproven`).
 */
export function emailToInsert(given: string | undefined, unproven: 'counts' | 'gives way' = 'counts'): Sql {
  if (given === undefined) return sql`NULL::text`;
  const { value: email, spellings = [] } = identifyAs('email', given);
  const former = spellings.filter((spelling) => spelling !== email);
  if (!former.length) return sql`${email}::text`;
  const counts =
    unproven === 'counts' ? raw('true') : raw('(activated_at IS NOT NULL OR invited_at IS NOT NULL)');
  return sql`coalesce((SELECT email FROM accounts WHERE email = ANY(${former}::text[]) AND ${counts} LIMIT 1), ${email}::text)`;
}
