import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { elementsOf } from './array-elements.js';
import { recordsOf } from './csv.js';
import { UnreadableFile, type Entry, type RawRecord } from './entry.js';
import { readJson } from './json-text.js';
import { linesOf } from './lines.js';

const CHUNK = 1 << 18;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];
const BLANK = /\s/;

/** A file of people, read from its beginning each time, and never held. */
export class PeopleFile {
  /** `isDocument`: whether an object at its beginning is all of it, and not the first of many lines. */
  constructor(
    private readonly path: string,
    private readonly isDocument: boolean,
  ) {}

  /** SHA-256 of its bytes, and how many they are. */
  async digest(): Promise<{ digest: string; bytes: number }> {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(this.path, {
      highWaterMark: CHUNK,
    }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { digest: hash.digest('hex'), bytes };
  }

  /**
   * What stands in it. `read`: is told how many bytes have been read.
   * @throws UnreadableFile
   */
  async *entries(read: (bytes: number) => void = () => undefined): AsyncIterable<Entry> {
    const chunks = this.chunks(read);
    const first = (await chunks.next()).value as Buffer | undefined;
    const begins = first
      ?.toString('latin1')
      .split('')
      .find((character) => !BLANK.test(character));
    const all = joined(first, chunks);
    if (begins === '[' || (begins === '{' && this.isDocument)) yield* asJson(elementsOf(all));
    else if (begins === '{') yield* asJson(linesOf(all));
    else yield* recordsOf(all);
  }

  private async *chunks(read: (bytes: number) => void): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of createReadStream(this.path, {
      highWaterMark: CHUNK,
    }) as AsyncIterable<Buffer>) {
      const isFirst = bytes === 0;
      bytes += chunk.length;
      read(bytes);
      yield isFirst ? withoutMark(chunk) : chunk;
    }
  }
}

function withoutMark(chunk: Buffer): Buffer {
  if (UTF16_MARKS.some((mark) => chunk.subarray(0, 2).equals(mark)))
    throw new UnreadableFile('The file is in UTF-16: write it in UTF-8.');
  return chunk.subarray(0, 3).equals(UTF8_MARK) ? chunk.subarray(3) : chunk;
}

async function* joined(first: Buffer | undefined, rest: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  if (first) yield first;
  yield* rest;
}

async function* asJson(records: AsyncIterable<RawRecord>): AsyncIterable<Entry> {
  for await (const record of records) yield readJson(record);
}
