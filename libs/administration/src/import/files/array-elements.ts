import { LONGEST_RECORD, UnreadableFile, type RawRecord } from './entry.js';

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const OPENING = [0x7b, 0x5b];
const CLOSING = [0x7d, 0x5d];
const BRACKET = 0x5b;
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];
const LONGEST_KEY = 256;

/**
 * The elements of the one array of a JSON document that has people in it, numbered from 1: the document itself, or what its key `users`
 * has. Found by their brackets and read later, each by itself: a parser would hold what has no end.
 */
export async function* elementsOf(chunks: AsyncIterable<Buffer>): AsyncIterable<RawRecord> {
  const scanner = new Scanner();
  for await (const chunk of chunks) {
    scanner.begin();
    for (let at = 0; at < chunk.length; at += 1) {
      const record = scanner.step(chunk, at);
      if (record) yield record;
    }
    scanner.keep(chunk);
  }
  scanner.end();
}

class Scanner {
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** The depth within the array of people; undefined outside of it. */
  private inside?: number;
  private found = false;
  private key = '';
  private lastString = '';
  private count = 0;
  private held: Buffer[] = [];
  private size = 0;
  /** Where the element begins in this chunk; undefined between two. */
  private from?: number;
  private isLong = false;

  begin(): void {
    if (this.from !== undefined) this.from = 0;
  }

  /** Looks at a byte; answers the element that ends before it. */
  step(chunk: Buffer, at: number): RawRecord | undefined {
    const byte = chunk[at] as number;
    if (this.inString) return this.stepInString(byte);
    const atElements = this.inside === this.depth;
    if (atElements && (byte === COMMA || CLOSING.includes(byte))) {
      const element = this.take(chunk, at);
      this.move(byte);
      return element;
    }
    if (atElements && this.from === undefined && !BLANKS.includes(byte)) this.from = at;
    if (byte === COLON && this.depth === 1) this.key = this.lastString;
    this.move(byte);
    return undefined;
  }

  /** Keeps what the chunk has of an element that goes on in the next. */
  keep(chunk: Buffer): void {
    if (this.from !== undefined) this.hold(chunk.subarray(this.from));
  }

  end(): void {
    if (!this.found) throw new UnreadableFile('The file has no list of people.');
    if (this.depth > 0 || this.inString) throw new UnreadableFile('The file ends in the middle.');
  }

  private stepInString(byte: number): undefined {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inString = false;
    if (this.inString && this.depth === 1 && this.lastString.length < LONGEST_KEY)
      this.lastString += String.fromCharCode(byte);
  }

  private move(byte: number): void {
    if (byte === QUOTE) {
      this.inString = true;
      this.lastString = '';
    } else if (OPENING.includes(byte)) {
      if (byte === BRACKET && !this.found && this.isOfPeople()) {
        this.found = true;
        this.inside = this.depth + 1;
      }
      this.depth += 1;
    } else if (CLOSING.includes(byte)) {
      if (this.inside === this.depth) this.inside = undefined;
      this.depth -= 1;
    }
  }

  private isOfPeople(): boolean {
    return this.depth === 0 || (this.depth === 1 && this.key === 'users');
  }

  private take(chunk: Buffer, at: number): RawRecord | undefined {
    if (this.from === undefined) return undefined;
    this.hold(chunk.subarray(this.from, at));
    const record = this.isLong
      ? { line: ++this.count }
      : { line: ++this.count, bytes: Buffer.concat(this.held) };
    this.from = undefined;
    this.held = [];
    this.size = 0;
    this.isLong = false;
    return record;
  }

  private hold(piece: Buffer): void {
    this.size += piece.length;
    this.isLong ||= this.size > LONGEST_RECORD;
    if (this.isLong) this.held = [];
    else this.held.push(piece);
  }
}
