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
