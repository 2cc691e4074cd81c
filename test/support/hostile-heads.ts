import { BODY_BYTES, chunks, type Door } from './hostile-bodies.js';
import type { Probe } from './hold-judge.js';
import { HEADER_PATTERNS, hostileText, PATTERNS } from './hostile-texts.js';
import type { RawRequest } from './raw-request.js';

/** What Node takes of headers and address together is 16 KiB. */
const HEAD_BYTES = 14 * 1024;

/** The fields of a form, and one that nobody knows. */
export function probesOfForm(door: Door, fields: string[]): Probe[] {
  const headers = { ...door.headers, 'Content-Type': 'application/x-www-form-urlencoded' };
  return probesOfPairs([...fields, 'unknown'], 4, BODY_BYTES, (body) => ({ ...door, headers, body }));
}

/** The parameters of a query, and one that nobody knows. */
export function probesOfQuery(door: Door, parameters: string[]): Probe[] {
  const address = (query: string) => ({ ...door, path: `${door.path}?${query}` });
  return probesOfPairs([...parameters, 'unknown'], 2, HEAD_BYTES, address);
}

/** What stands behind this in the path. */
export function probesOfPath(door: Door, stem: string): Probe[] {
  return Object.entries(PATTERNS).map(([pattern, text]) => ({
    name: `${pattern} in the path`,
    bytes: HEAD_BYTES,
    request: (bytes) => ({ ...door, path: stem + encode(hostileText(text, bytes, encode)) }),
  }));
}

/** The headers that somebody reads, two by two and alone, and a great many of each. */
export function probesOfHeaders(door: Door & { body?: string }, names: string[]): Probe[] {
  return chunks(names, 2).flatMap((pair) =>
    [...Object.keys(HEADER_PATTERNS), REPEATED].map((pattern) => {
      const probe = (at: string[]): Probe => ({
        name: `${pattern} in ${at.join(', ')}`,
        bytes: HEAD_BYTES,
        request: (bytes) => {
          const hostile = at.map((name) => [name, headerText(pattern, name, bytes / at.length)] as const);
          return { ...door, headers: { ...door.headers, ...Object.fromEntries(hostile) } };
        },
      });
      return { ...probe(pair), parts: pair.map((name) => probe([name])) };
    }),
  );
}

const REPEATED = 'the same again';

function headerText(pattern: string, name: string, bytes: number): string {
  const line = `\r\n${name}: a`;
  if (pattern === REPEATED) return `a${line.repeat(bytes / line.length)}`;
  const text = HEADER_PATTERNS[pattern] ?? { piece: 'a' };
  // In the bytes of UTF-8, and without what would end the header.
  return Buffer.from(hostileText(text, bytes, String))
    .toString('latin1')
    .replaceAll(/[\0\r\n]/g, '');
}

function probesOfPairs(
  names: string[],
  atOnce: number,
  most: number,
  request: (pairs: string) => RawRequest,
): Probe[] {
  return chunks(names, atOnce).flatMap((some) =>
    Object.entries(PATTERNS).map(([pattern, text]) => {
      const probe = (at: string[]): Probe => ({
        name: `${pattern} in ${at.join(', ')}`,
        bytes: most - at.join('=&').length,
        request: (bytes) => {
          const value = encode(hostileText(text, bytes / at.length, encode));
          return request(at.map((name) => `${name}=${value}`).join('&'));
        },
      });
      return { ...probe(some), parts: some.map((name) => probe([name])) };
    }),
  );
}

const encode = (text: string) => encodeURIComponent(text.toWellFormed());
