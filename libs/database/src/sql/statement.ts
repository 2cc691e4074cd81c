import { Column, Part } from './part.js';
import { join, raw, sql, Sql } from './sql.js';

/** What a statement answers: the rows of a part, or one row of columns that come from several. */
export type Answer<Row extends object> = Part<Row> | { [Name in keyof Row]: Column<Row[Name]> };

/**
 * One statement, put together from the parts of several nouns.
 *
 * This is how things that must happen together do: the burn of a code, its session, the audit row and the mail are parts of a
 * single statement, so Postgres runs all of them or none, in one round trip and without a transaction held open. All parts
 * see the same snapshot; a row that another call may change is therefore locked (`FOR UPDATE`) or guarded in the `WHERE` of
 * its own `UPDATE`, which Postgres checks again on the newest version.
 */
export class Statement<Row extends object = object> {
  declare readonly row: Row;

  constructor(
    readonly answer: Sql,
    readonly effects: readonly Part[],
  ) {}
}

/** A part, several that belong together, or none. */
export type Effect = Part | Readonly<Record<string, Part>> | undefined;

/** `effects`: parts that write something which the answer does not need. What they and the answer use comes along by itself. */
export function statement<Row extends object>(answer: Answer<Row>, ...effects: Effect[]): Statement<Row> {
  const parts = effects.flatMap((effect) =>
    effect instanceof Part ? [effect] : Object.values(effect ?? {}),
  );
  return new Statement<Row>(answer instanceof Part ? sql`SELECT * FROM ${answer}` : row(answer), parts);
}

function row(columns: Record<string, Column<unknown>>): Sql {
  return sql`SELECT ${join(Object.entries(columns).map(([name, { body }]) => sql`${body} AS ${raw(name)}`))}`;
}
