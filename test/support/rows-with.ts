import { raw, sql, type Sql } from '@app/database';

/** A row of some table. */
export interface FoundRow {
  table: string;
  row: Record<string, unknown>;
}

/** Every row of the whole database that has one of these words in it, wherever. */
export async function rowsWith(
  words: string[],
  query: <Row extends object>(text: Sql) => Promise<Row[]>,
): Promise<FoundRow[]> {
  const tables = await query<{ name: string }>(sql`
    SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition ORDER BY 1`);
  const found: FoundRow[] = [];
  for (const { name } of tables) {
    const rows = await query<{ text: string }>(sql`SELECT to_jsonb(t)::text AS text FROM ${raw(name)} t`);
    const named = rows.filter(({ text }) => words.some((word) => text.includes(word)));
    found.push(...named.map(({ text }) => ({ table: name, row: read(text) })));
  }
  return found;
}

/** Ids as text: they are more than a number of JavaScript has room for. */
const read = (text: string) => JSON.parse(text.replace(/: (\d{16,})/g, ': "$1"')) as FoundRow['row'];
