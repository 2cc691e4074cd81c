/** What stands at a place of a file: a value of any shape, or why it cannot be read. */
export type Entry = { line: number; size: number } & ({ value: unknown } | { fault: string });

/** A record of a file as text, still in its bytes. Its line, or its number where people do not stand on lines. */
export interface RawRecord {
  line: number;
  /** Undefined: it is longer than any person, and was not held. */
  bytes?: Buffer;
}

/** In bytes. What is longer is no person, and is skipped without being held. */
export const LONGEST_RECORD = 65_536;

/** The file cannot be read any further, in a sentence. */
export class UnreadableFile extends Error {}
