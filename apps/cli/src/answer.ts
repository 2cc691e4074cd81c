/** What a command answers: lines to a person, and with `--json` one object. Never a secret that is not the answer itself. */
export interface Answer {
  lines: string[];
  json: object;
  /** Of a command that has answered; 0 when absent. */
  exitCode?: number;
  /** What becomes of an answer that could not be written; says it in a sentence. Otherwise it stands that what was asked for is done. */
  unwritten?: () => Promise<string>;
}

/** `label  value`, the labels as wide as the widest. */
export function table(rows: [label: string, value: string | null][]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value ?? '–'}`);
}

/** `1 session`, `2 sessions`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** An instant in UTC, to the second. */
export function instant(at: Date | null): string | null {
  return at && `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** These fields and no other: what nobody named is not printed, such as the hashes in a row. */
export function only<Row extends object, Field extends keyof Row>(
  row: Row,
  ...fields: Field[]
): Pick<Row, Field> {
  return Object.fromEntries(fields.map((field) => [field, row[field]])) as Pick<Row, Field>;
}
