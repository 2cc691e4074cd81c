import { type LookedAt, type Taken } from '@app/accounts';
import { part, type Part, sql } from '@app/database';

/** How far a file is. */
export interface ImportProgress {
  id: string;
  line: number;
  created: number;
  present: number;
  doubled: number;
  refused: number;
}

/** A line of which nobody is made, and why: a clause that holds nothing of the person. */
export interface Finding {
  line: number;
  what: 'refused' | 'doubled';
  reason: string;
}

/** Why somebody is refused whose place another account has. */
const TAKEN_WORDS: Record<Taken, string> = {
  id: 'id: another account has this number',
  email: 'another account has this email',
  username: 'another account has this username',
  phone: 'another account has this phone',
  credential: 'another account has one of these credentials',
  identity: 'another account has one of these identities',
};

export const takenWords = (taken: Taken): string => TAKEN_WORDS[taken];

const COLUMNS = sql`id::text AS id, line, created, present, doubled, refused`;

/** Begins the import of a file, or goes on with one that was not brought to its end. */
export function beginImport(id: string, digest: string, now: Date): Part<ImportProgress> {
  return part(
    'begun',
    sql`
    INSERT INTO imports AS i (id, digest, started_at) VALUES (${id}::bigint, ${digest}, ${now}::timestamptz)
    ON CONFLICT (digest) WHERE finished_at IS NULL DO UPDATE SET digest = excluded.digest RETURNING ${COLUMNS}`,
  );
}

/** The import, locked, while its next line is the one behind `line`: of two who go on with one file one makes a batch, and the other none. */
export function importTurn(id: string, line: number): Part<{ id: string }> {
  return part(
    'turn',
    sql`SELECT id FROM imports WHERE id = ${id}::bigint AND line = ${line}::int AND finished_at IS NULL FOR UPDATE`,
  );
}

/** What came of each line of a batch: those of the look, and `found` before it. */
export function outcomesOf(
  importId: string,
  looked: Part<LookedAt>,
  found: Finding[],
): Part<{ line: number; what: string; reason: string | null }> {
  return part(
    'outcomes',
    sql`
    SELECT line, CASE WHEN known IS NULL THEN CASE WHEN taken IS NULL THEN 'created' ELSE 'refused' END
        WHEN known_import = ${importId}::bigint THEN 'doubled' ELSE 'present' END AS what,
      CASE WHEN known IS NULL THEN ${JSON.stringify(TAKEN_WORDS)}::jsonb ->> taken
        WHEN known_import = ${importId}::bigint THEN 'the person of line ' || known_line END AS reason
    FROM ${looked}
    UNION ALL
    SELECT line, what, reason FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb) AS f (line integer, what text, reason text)`,
  );
}

/** Writes down what came of a batch that ends with line `to`, if it is its turn. */
export function noteOutcomes(
  to: number,
  outcomes: Part<{ line: number; what: string; reason: string | null }>,
  turn: Part<{ id: string }>,
): { progress: Part<ImportProgress>; findings: Part<{ line: number }> } {
  const progress = part<ImportProgress>(
    'progress',
    sql`
      UPDATE imports i SET line = ${to}::int, created = i.created + n.created, present = i.present + n.present,
        doubled = i.doubled + n.doubled, refused = i.refused + n.refused
      FROM ${turn} t, (
        SELECT count(*) FILTER (WHERE what = 'created') AS created, count(*) FILTER (WHERE what = 'present') AS present,
          count(*) FILTER (WHERE what = 'doubled') AS doubled, count(*) FILTER (WHERE what = 'refused') AS refused
        FROM ${outcomes}) n
      WHERE i.id = t.id
      RETURNING i.id::text AS id, i.line, i.created, i.present, i.doubled, i.refused`,
  );
  const findings = part<{ line: number }>(
    'findings',
    sql`
      INSERT INTO import_findings (import_id, line, what, reason)
      SELECT t.id, o.line, o.what, o.reason FROM ${outcomes} o, ${turn} t WHERE o.reason IS NOT NULL RETURNING line`,
  );
  return { progress, findings };
}

/** The file has come to its end. */
export function finishImport(id: string, now: Date): Part<ImportProgress> {
  return part(
    'finished',
    sql`UPDATE imports SET finished_at = ${now}::timestamptz WHERE id = ${id}::bigint RETURNING ${COLUMNS}`,
  );
}

/** What was found, behind `line`. */
export function findingsBehind(importId: string, line: number, most: number): Part<Finding> {
  return part(
    'found',
    sql`
    SELECT line, what, reason FROM import_findings WHERE import_id = ${importId}::bigint AND line > ${line}::int
    ORDER BY import_findings.line LIMIT ${most}::int`,
  );
}
