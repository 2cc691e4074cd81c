import type { Tally } from './part.js';

/** A part of a statement by its name there, and what its rows are counted by. */
export interface TalliedPart {
  name: string;
  tally: Tally;
}

/** What happened, how often, and the values of the columns it is counted by. */
export type Count = [event: string, times: number, ...by: (string | boolean | null)[]];

/** Columns that come with the answer of a statement with parts whose rows are counted. */
const TALLIES = '$tallies';
const ROW = '$row';

/**
 * What stands before and behind the answer of a statement, so that the counts of its parts come along with it: no round trip more, counted when
 * and only when it was done, and there too where the answer has no row.
 */
export function withTallies(tallied: readonly TalliedPart[]): [before: string, after: string] {
  if (!tallied.length) return ['', ''];
  const tallies = tallied.map(({ name, tally: { event, by } }) => {
    const columns = by.join(', ');
    return `SELECT json_build_array('${event}', count(*), ${columns}) FROM ${name} GROUP BY ${columns}`;
  });
  const counts = `(SELECT json_agg(tally) FROM (${tallies.join(' UNION ALL ')}) tallies (tally))`;
  return [
    `SELECT counts.*, answer.* FROM (SELECT ${counts} AS "${TALLIES}") counts LEFT JOIN (SELECT *, true AS "${ROW}" FROM (`,
    `) rows) answer ON true`,
  ];
}

/** Takes the counts out of the rows that came back. */
export function takeTallies<Row extends object>(rows: Row[]): { rows: Row[]; counts: Count[] } {
  const came = rows as (Row & { [TALLIES]: Count[] | null; [ROW]: true | null })[];
  const counts = came[0]?.[TALLIES] ?? [];
  const answer = came.filter((row) => row[ROW]).map(({ [TALLIES]: _counts, [ROW]: _row, ...row }) => row);
  return { rows: answer as unknown as Row[], counts };
}
