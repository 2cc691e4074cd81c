import { compile } from './compile.js';
import { after, exists, of, ofOne, part } from './part.js';
import { join, raw, sql } from './sql.js';
import { statement } from './statement.js';
import { takeTallies } from './tallies.js';

describe('a statement', () => {
  const one = (value: number) => part<{ n: number }>('one', sql`SELECT ${value}::int AS n`);

  it('collects the parts that its answer uses, each before what uses it', () => {
    const first = one(1);
    const second = part<{ m: number }>('second', sql`SELECT n + ${2}::int AS m FROM ${first}`);
    const { text, values } = compile(statement({ m: ofOne(second, 'm'), known: exists(first) }));
    expect(text).toBe(
      'WITH one AS (SELECT $1::int AS n),\nsecond AS (SELECT n + $2::int AS m FROM one)\n' +
        'SELECT (SELECT m FROM second) AS m, EXISTS (SELECT FROM one) AS known',
    );
    expect(values).toEqual([1, 2]);
  });

  it('runs effects that nothing reads, with what they need', () => {
    const source = one(1);
    const effect = part('effect', sql`INSERT INTO t SELECT n FROM ${source} RETURNING n`);
    const { text } = compile(statement(one(2), effect));
    expect(text).toBe(
      'WITH one AS (SELECT $1::int AS n),\none_2 AS (SELECT $2::int AS n),\n' +
        'effect AS (INSERT INTO t SELECT n FROM one_2 RETURNING n)\nSELECT * FROM one',
    );
  });

  it('numbers values in the order of the text, also where a part is needed in the middle of another', () => {
    const inner = one(10);
    const outer = part(
      'outer',
      sql`SELECT ${1}, (SELECT n FROM ${inner}), ${2} WHERE ${sql`true = ${true}`}`,
    );
    const { text, values } = compile(statement(outer, part('last', sql`SELECT ${3}`)));
    expect(text).toContain('outer AS (SELECT $2, (SELECT n FROM one), $3 WHERE true = $4)');
    expect(values).toEqual([10, 1, 2, true, 3]);
  });

  it('gives two parts of one label two names: neither hides the other', () => {
    const [a, b] = [one(1), one(2)];
    const { text, values } = compile(statement({ a: of(a, 'n'), b: of(b, 'n') }));
    expect(text).toContain('SELECT (SELECT n FROM one) AS a, (SELECT n FROM one_2) AS b');
    expect(values).toEqual([1, 2]);
  });

  it('states an order where no column is read', () => {
    const first = one(1);
    const next = part('next', sql`SELECT 2 FROM ${after(first)}`);
    expect(compile(statement(next)).text).toContain(
      'next AS (SELECT 2 FROM (SELECT count(*) FROM one) done)',
    );
  });

  it('takes a part alone, or a plain query, as it is', () => {
    expect(compile(one(7))).toMatchObject({ text: 'SELECT $1::int AS n', values: [7] });
    expect(compile(sql`SELECT ${8}`)).toMatchObject({ text: 'SELECT $1', values: [8] });
  });

  it('tells what its parts announce', () => {
    const message = part('message', sql`SELECT 1`, 'message');
    expect(compile(statement(one(1), message)).signals).toEqual(['message']);
    expect(compile(statement(one(1))).signals).toEqual([]);
  });
});

describe('a statement with a part that tells', () => {
  const ended = { event: 'ended', by: ['why', 'n'] };
  const one = part<{ n: number }>('one', sql`SELECT 1 AS n, 'late' AS why`, ended);
  const other = part('other', sql`SELECT 2 AS n, 'late' AS why`, ended);

  it('brings along what each of them tells, whether its answer has rows or not', () => {
    const { text, isTallied } = compile(statement({ n: ofOne(one, 'n') }, other));
    expect(isTallied).toBe(true);
    expect(text).toContain(
      "(SELECT json_agg(tally) FROM (SELECT json_build_array('ended', count(*), why, n) FROM one GROUP BY why, n UNION ALL " +
        "SELECT json_build_array('ended', count(*), why, n) FROM other GROUP BY why, n) tallies (tally))",
    );
    expect(text).toMatch(/LEFT JOIN \(.* FROM \(SELECT \(SELECT n FROM one\) AS n\) rows\) answer ON true$/);
    expect(compile(statement(part('mute', sql`SELECT 1`))).isTallied).toBe(false);
  });

  it('answers its rows alone, and tells once', () => {
    const counts: [string, number][] = [['ended', 2]];
    const came = [1, 2].map((n) => ({ $tallies: counts, $row: true, n }));
    expect(takeTallies(came)).toEqual({ rows: [{ n: 1 }, { n: 2 }], counts });
    expect(takeTallies([{ $tallies: counts, $row: null, n: null }])).toEqual({ rows: [], counts });
    expect(takeTallies([{ $tallies: null, $row: true, n: null }])).toEqual({
      rows: [{ n: null }],
      counts: [],
    });
  });
});

describe('the text of a shape', () => {
  const list = (values: unknown[]) =>
    sql`SELECT ${join(values.map((value) => sql`${value}`))} FROM ${raw('t')}`;

  it('is built once, and has one name, whatever the values', () => {
    const [a, b] = [compile(list([1, 2])), compile(list(['x', null]))];
    expect(a.text).toBe(b.text);
    expect(a.name).toBe(b.name);
    expect(b.values).toEqual(['x', null]);
  });

  it('differs where a gap has a value in one and a piece in another', () => {
    const shape = (gap: unknown, other: unknown) => compile(sql`A ${sql`B ${gap}`} C ${other}`).text;
    expect(shape(1, sql`D`)).toBe('A B $1 C D');
    expect(shape(sql`D`, 1)).toBe('A B D C $1');
    expect(shape(1, 1)).toBe('A B $1 C $2');
  });

  it('differs by which part is meant, although both have the same form', () => {
    const [a, b] = [1, 2].map((n) => part<{ n: number }>('p', sql`SELECT ${n} AS n`));
    const both = (meant: typeof a) => compile(sql`SELECT ${a} ${b} ${meant}`).text;
    expect(both(a)).toContain('SELECT p p_2 p');
    expect(both(b)).toMatch(/SELECT p p_2 p_2$/);
  });

  it('never has a value in it', () => {
    const hostile = `'; DROP TABLE accounts; --`;
    expect(compile(list([hostile])).text).toBe('SELECT $1 FROM t');
  });
});
