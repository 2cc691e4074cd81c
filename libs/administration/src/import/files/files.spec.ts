import { linesOf } from './lines.js';
import { elementsOf } from './array-elements.js';
import { readJson } from './json-text.js';
import type { RawRecord } from './entry.js';

/** So many chunks, one after another, as a disk gives them. */
async function* chunks(count: number, chunk: Buffer, ...ends: string[]): AsyncGenerator<Buffer> {
  for (let number = 0; number < count; number += 1) yield chunk;
  for (const end of ends) yield Buffer.from(end);
}
async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function all(records: AsyncIterable<RawRecord>): Promise<[line: number, text: string | undefined][]> {
  const read: [number, string | undefined][] = [];
  for await (const { line, bytes } of records) read.push([line, bytes?.toString()]);
  return read;
}

describe('a file that is read and not held', () => {
  const CHUNK = Buffer.alloc(1 << 20, 'x');

  it('has one line of two gigabytes, and then one that is read', async () => {
    global.gc?.();
    const before = process.memoryUsage();
    const read = await all(linesOf(chunks(2048, CHUNK, '\n{"a":1}')));
    expect(read).toEqual([
      [1, undefined],
      [2, '{"a":1}'],
    ]);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    expect(heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(1 << 26);
  });

  it('has an element that is too long, among others', async () => {
    const long = chunks(64, CHUNK, '"},{"b":2}]}');
    async function* document(): AsyncGenerator<Buffer> {
      yield Buffer.from('{"realm":"users","users":[{"a":1},{"x":"');
      yield* long;
    }
    expect(await all(elementsOf(document()))).toEqual([
      [1, '{"a":1}'],
      [2, undefined],
      [3, '{"b":2}'],
    ]);
  });

  it.each([1, 2, 3, 7, 1000])('is the same in chunks of %d bytes', async (size) => {
    const elements = ['{"a":"]},{\\"","b":[{"c":[]}]}', '{"ü":"users"}', '5', '"x,y]"'];
    const expected = elements.map((text, at) => [at + 1, text]);
    const list = `[ ${elements.join(' ,\n')} ]`;
    const trimmed = async (text: string) =>
      (await all(elementsOf(pieces(text, size)))).map(([line, element]) => [line, element?.trim()]);
    expect(await trimmed(list)).toEqual(expected);
    expect(await trimmed(`{"users2":[1],"x":{"users":[2]},"users": ${list}, "more":[3]}`)).toEqual(expected);
    const lines = elements.map((text) => `${text}\r\n`).join('\n');
    expect(await all(linesOf(pieces(lines, size)))).toEqual(elements.map((text, at) => [2 * at + 1, text]));
  });

  it('has no person where a key is there twice, at whatever depth and however it is written', () => {
    const read = (text: string) => readJson({ line: 1, bytes: Buffer.from(text) });
    for (const text of [
      '{"a":1,"a":1}',
      '{"b":[{"a":1,"a":2}]}',
      '{"a":1,"\\u0061":2}',
      '{"__proto__":1,"__proto__":2}',
    ])
      expect(read(text)).toMatchObject({ fault: 'it has a key twice' });
    for (const text of ['{"a":"\\"b\\":"}', '{"a":{"a":["a:",":"]}}', '{ "a" : "x\\\\" }', '[]', '1'])
      expect(read(text)).toMatchObject({ value: JSON.parse(text) as unknown });
  });
});
