import sql from 'sql-template-tag';
import { statement, together } from './statement.js';

describe('parts', () => {
  it('stand in the statement in the order in which they came together', () => {
    const parts = together({ a: sql`SELECT ${1}` }, {}, { b: sql`SELECT * FROM a` });
    const { text, values } = statement(parts, sql`SELECT * FROM b WHERE ${2}`);
    expect(text).toBe('WITH a AS (SELECT $1),\nb AS (SELECT * FROM a)\nSELECT * FROM b WHERE $2');
    expect(values).toEqual([1, 2]);
  });

  it('of one name do not come together: one of them would not run', () => {
    expect(() => together({ spent: sql`SELECT 1` }, { spent: sql`SELECT 2` })).toThrow('called spent');
  });
});
