import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { LONGEST_RECORD, UnreadableFile, type Entry } from './entry.js';

/** Columns whose cells are not texts: JSON, as in the same field of a line of NDJSON. */
const READ_AS_JSON = new Set(['true', 'false']);
const LISTS = /^\s*[[{]/;

interface Parsed {
  record: string[];
  info: { lines: number };
}

/**
 * The records of a CSV with a header (RFC 4180), each as an object by the header; an empty cell is as good as no column. `true`, `false`,
 * and what begins as a list or an object are read as JSON. Behind a record that is broken or too long nobody knows where the next one is: there it ends.
 */
export async function* recordsOf(chunks: AsyncIterable<Buffer>): AsyncIterable<Entry> {
  const options = {
    max_record_size: LONGEST_RECORD,
    relax_column_count: true,
    info: true,
    skip_empty_lines: true,
  };
  // What fails is heard by whoever reads the records.
  const records: AsyncIterable<Parsed> = pipeline(Readable.from(chunks), parse(options), () => undefined);
  let header: string[] | undefined;
  try {
    for await (const { record, info } of records) {
      if (header) yield entryOf(header, record, info.lines);
      else header = headerOf(record);
    }
  } catch (error) {
    if (error instanceof CsvError)
      throw new UnreadableFile(`The CSV cannot be read any further: ${error.code}.`);
    throw error;
  }
}

function headerOf(record: string[]): string[] {
  const names = record.map((name) => name.trim());
  if (new Set(names).size < names.length || names.includes(''))
    throw new UnreadableFile('The header of the CSV has to name each column once.');
  return names;
}

function entryOf(header: string[], record: string[], line: number): Entry {
  const size = record.reduce((sum, cell) => sum + cell.length, 0);
  if (record.length !== header.length)
    return { line, size, fault: `it has ${record.length} columns, and the header ${header.length}` };
  // What was no UTF-8 has been replaced.
  if (record.some((cell) => cell.includes('\uFFFD'))) return { line, size, fault: 'it is not in UTF-8' };
  const cells = header.flatMap((name, column) => {
    const cell = record[column] ?? '';
    return cell === '' ? [] : [[name, cell] as const];
  });
  try {
    return { line, size, value: Object.fromEntries(cells.map(([name, cell]) => [name, valueOf(cell)])) };
  } catch {
    return { line, size, fault: 'a cell begins as JSON and is none' };
  }
}

function valueOf(cell: string): unknown {
  return READ_AS_JSON.has(cell) || LISTS.test(cell) ? JSON.parse(cell) : cell;
}
