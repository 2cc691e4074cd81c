import sql, { join, raw, type Sql } from 'sql-template-tag';

/** Named parts of one statement. A later part may read what an earlier one returned, by its name. */
export type Parts = Record<string, Sql>;

/**
 * One statement out of parts that belong to different nouns: `WITH a AS (…), b AS (…) answer`.
 *
 * This is how things that must happen together do: the burn of a code, its session, the audit row and the mail are
 * parts of a single statement, so Postgres runs all of them or none, in one round trip and without a transaction
 * held open. All parts see the same snapshot; a row that another call may change is therefore locked
 * (`FOR UPDATE`) or guarded in the `WHERE` of its own `UPDATE`, which Postgres checks again on the newest version.
 */
export function statement(parts: Parts, answer: Sql): Sql {
  const named = Object.entries(parts).map(([name, part]) => sql`${raw(name)} AS (${part})`);
  return sql`WITH ${join(named, ',\n')}\n${answer}`;
}

/**
 * Parts from several nouns in one: throws when two of them have the same name, of which one would silently not run. For where the
 * nouns that meet are chosen at run time.
 */
export function together(...groups: Parts[]): Parts {
  const all: Parts = {};
  for (const [name, part] of groups.flatMap((group) => Object.entries(group))) {
    if (name in all) throw new Error(`two parts of one statement are called ${name}`);
    all[name] = part;
  }
  return all;
}
