import { raw, sql, type Sql } from './sql.js';

/**
 * One step of a statement, as a value: `WITH name AS (step)`. `Row` is what it returns. Whoever takes a part as its source writes it
 * into the gap of a template; the statement collects what is used so, and names it.
 */
export class Part<Row extends object = object> {
  declare readonly row: Row;

  constructor(
    /** What it is called in the text; of two with one label the later is numbered. */
    readonly label: string,
    readonly body: Sql,
    /** What happened when the statement has come back and this part gave a row; see `Database.on`. */
    readonly signal?: string,
    readonly tally?: Tally,
  ) {}
}

/**
 * What a part's rows are counted by, when the statement has come back: the name of what happened, and the columns that tell them apart,
 * whose values are few and never a person's. One object for all parts of a kind, see `Database.onTally`.
 */
export interface Tally {
  event: string;
  by: readonly string[];
}

/**
 * A part of rows of this type, which is stated here, beside the SQL that makes them, and nowhere else. `heard`: its signal, or what its
 * rows are counted by.
 */
export function part<Row extends object>(label: string, body: Sql, heard?: string | Tally): Part<Row> {
  const [signal, tally] = typeof heard === 'object' ? [undefined, heard] : [heard];
  return new Part<Row>(label, body, signal, tally);
}

/**
 * For a FROM list: one row, once the part has run. States the order where no column is read from it: rows that are in the way
 * of others go first, and locks are taken in one order by all statements.
 */
export function after(first: Part): Sql {
  return sql`(SELECT count(*) FROM ${first}) done`;
}

/** A column of a statement's answer, and its type. */
export class Column<Value> {
  declare readonly value: Value;

  constructor(readonly body: Sql) {}
}

/** The column of the one row that a part has; null without a row. */
export function of<Row extends object, Name extends keyof Row & string>(
  source: Part<Row>,
  name: Name,
): Column<Row[Name] | null> {
  return new Column(sql`(SELECT ${raw(name)} FROM ${source})`);
}

/** The same of a part that always has a row, such as a verdict. */
export function ofOne<Row extends object, Name extends keyof Row & string>(
  source: Part<Row>,
  name: Name,
): Column<Row[Name]> {
  return new Column(sql`(SELECT ${raw(name)} FROM ${source})`);
}

/** Whether a part has a row. */
export function exists(source: Part): Column<boolean> {
  return new Column(sql`EXISTS (SELECT FROM ${source})`);
}
