import type { Tale } from './part.js';

/** A part of a statement by its name there, and what it tells. */
export interface Teller {
  name: string;
  tale: Tale;
}

/** What happened, how often, and the values of the columns it is counted by. */
export type Told = [event: string, times: number, ...by: (string | boolean | null)[]];

/** Columns that come with the answer of a statement whose parts tell something. */
const TOLD = '$told';
const ROW = '$row';

/**
 * What stands before and behind the answer of a statement, so that what its parts tell comes along with it: no round trip more, told when
 * and only when it was done, and there too where the answer has no row.
 */
export function withTales(tellers: readonly Teller[]): [before: string, after: string] {
  if (!tellers.length) return ['', ''];
  const tales = tellers.map(({ name, tale: { event, by } }) => {
    const columns = by.join(', ');
    return `SELECT json_build_array('${event}', count(*), ${columns}) FROM ${name} GROUP BY ${columns}`;
  });
  const told = `(SELECT json_agg(tale) FROM (${tales.join(' UNION ALL ')}) tales (tale))`;
  return [
    `SELECT told.*, answer.* FROM (SELECT ${told} AS "${TOLD}") told LEFT JOIN (SELECT *, true AS "${ROW}" FROM (`,
    `) rows) answer ON true`,
  ];
}

/** Takes what was told out of the rows that came back. */
export function hearTales<Row extends object>(rows: Row[]): { rows: Row[]; told: Told[] } {
  const came = rows as (Row & { [TOLD]: Told[] | null; [ROW]: true | null })[];
  const told = came[0]?.[TOLD] ?? [];
  const answer = came.filter((row) => row[ROW]).map(({ [TOLD]: _told, [ROW]: _row, ...row }) => row);
  return { rows: answer as unknown as Row[], told };
}
