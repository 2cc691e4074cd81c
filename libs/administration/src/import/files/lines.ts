import { LONGEST_RECORD, type RawRecord } from './entry.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The lines of a stream, numbered from 1, without their ends; empty ones are passed over. No more than one of the longest is ever held. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncIterable<RawRecord> {
  let line = 1;
  let held: Buffer[] = [];
  let size = 0;
  const take = (): RawRecord | undefined => {
    const bytes = withoutReturn(Buffer.concat(held));
    const isLong = size > LONGEST_RECORD;
    held = [];
    size = 0;
    return isLong ? { line } : bytes.length ? { line, bytes } : undefined;
  };
  const hold = (piece: Buffer) => {
    size += piece.length;
    if (size <= LONGEST_RECORD) held.push(piece);
    else held = [];
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      hold(chunk.subarray(from, end));
      const record = take();
      if (record) yield record;
      line += 1;
      from = end + 1;
    }
    hold(chunk.subarray(from));
  }
  const last = take();
  if (last) yield last;
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
}
