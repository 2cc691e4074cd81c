import type { KeyRing } from '@app/kernel';
import type { Query } from './sql/compile.js';
import { sql, type Sql } from './sql/sql.js';

/** A value that is sealed under the key ring, and the row it is in. */
export interface SealedRow {
  /** Of the row, as text: pages go by it. */
  id: string;
  sealed: string;
}

/** Sealed values of one kind that live for long: an old key can leave the ring when none of them rests under it. */
export interface SealedRows {
  /** What they are to an operator, in the plural. */
  what: string;
  /** The next `size` of them that do not rest under this key, behind `after`, by id. */
  page(makerId: string, after: string, size: number): Query<SealedRow>;
  /** Under the key that makes now. Throws when its key is gone. */
  reseal(ring: KeyRing, row: SealedRow): string | undefined;
  /** Writes them back, where the row has not changed since; a row for each that was written. */
  store(rows: (SealedRow & { resealed: string })[]): Query;
}

/** What was sealed anew, as rows `n` of a statement that writes it back; each of their columns is a text. */
export function resealedRows(rows: (SealedRow & { resealed: string })[]): Sql {
  const [ids, sealed, resealed] = [
    rows.map((row) => row.id),
    rows.map((row) => row.sealed),
    rows.map((row) => row.resealed),
  ];
  return sql`unnest(${ids}::text[], ${sealed}::text[], ${resealed}::text[]) AS n (id, sealed, resealed)`;
}

/** How many values of a kind rest under a key. */
export interface Resting {
  what: string;
  key_id: string;
  count: string;
}
