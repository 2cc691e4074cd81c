import { Part } from './part.js';
import { raw, Sql } from './sql.js';
import { Statement } from './statement.js';

/** Named parts of one statement. A later part may read what an earlier one returned, by its name. */
export type Parts = Record<string, Sql | Part>;

/** One statement out of parts under names of their own. */
export function statementOf<Row extends object = object>(parts: Parts, answer: Sql): Statement<Row> {
  const named = Object.entries(parts).map(([name, part]) => [
    name,
    part instanceof Part ? part : new Part(name, part),
  ]);
  return new Statement<Row>(answer, [], Object.fromEntries(named) as Record<string, Part>);
}

/** Throws when two parts have the same name, of which one would silently not run. */
export function together(...groups: Parts[]): Parts {
  const all: Parts = {};
  for (const [name, part] of groups.flatMap((group) => Object.entries(group))) {
    if (name in all) throw new Error(`two parts of one statement are called ${name}`);
    all[name] = part;
  }
  return all;
}

/** A part that the statement has under this name. */
export function named<Row extends object>(name: string): NamedPart<Row> {
  return new NamedPart<Row>(name, raw(name));
}

/** Stands for a part that is known by its name alone. */
export class NamedPart<Row extends object> extends Part<Row> {}

/** A part, or the name of one. */
export type From<Row extends object> = Part<Row> | string;

/** As it stands in a gap. */
export function source<Row extends object>(from: From<Row>): Part<Row> {
  return typeof from === 'string' ? named<Row>(from) : from;
}
