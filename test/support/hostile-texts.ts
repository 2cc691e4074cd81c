/** What a text that means harm consists of: a piece, again and again, between a beginning and an end. */
export interface Pattern {
  head?: string;
  piece: string;
  /** What makes an expression that has taken all the pieces go back and try again. */
  tail?: string;
}

const run = (piece: string): Pattern => ({ piece, tail: '!\u00e9' });

/** Of pieces that somebody splits, trims, unescapes, decodes, folds or matches. */
export const PATTERNS: Record<string, Pattern> = {
  letters: run('a'),
  digits: { head: '+', piece: '1', tail: 'x' },
  blanks: run(' '),
  'white space': { head: 'a', piece: '\t\r\n', tail: 'a' },
  'blanks inside': { head: 'a', piece: ' ', tail: 'a' },
  NULs: run('\0'),
  quotes: run('"'),
  backslashes: run('\\'),
  ats: { piece: '@', tail: 'example.com' },
  'a domain in pieces': { head: 'a@', piece: 'a.', tail: '-' },
  'a name in pieces': { piece: 'a.', tail: '@' },
  hyphens: { head: 'a', piece: '-', tail: '@' },
  commas: run(','),
  'signs of equality': run('='),
  steps: { head: 'https://example.com/', piece: '../', tail: ' ' },
  'per cent': run('%'),
  ampersands: run('&a='),
  brackets: run('['),
  parentheses: { head: '+', piece: '(', tail: ')' },
  base64: { piece: 'QUFB', tail: '!' },
  'parts of a token': { piece: 'e30.', tail: '!' },
  'beginnings of a key': { piece: '-----BEGIN PUBLIC KEY-----\n' },
  'a key that never ends': { head: '-----BEGIN PUBLIC KEY-----\n', piece: 'AAAA\n', tail: '-----' },
  'combining marks': { head: 'a', piece: '\u0301\u0323' },
  'ligatures that unfold': run('\ufdfa'),
  'letters that grow in lower case': run('\u0130'),
  'right to left': run('\u202e\u05d0'),
  'astral letters': run('\u{1d41a}'),
  'lone surrogates': run('\ud800'),
  'a language': { head: 'en', piece: '-a1b2', tail: '-' },
  substitutions: { piece: '4@8({[<361!|1|7$50', tail: 'x' },
};

/** What only headers are made of. */
export const HEADER_PATTERNS: Record<string, Pattern> = {
  ...PATTERNS,
  'a list with weights': { piece: 'a;q=0.1,', tail: 'b' },
  cookies: { piece: 'a=b; ', tail: '__session' },
  'cookies of one name': { piece: '__session=; asc_auth_key=; ', tail: 'x' },
  schemes: { piece: 'Bearer ', tail: '\u00e9' },
  semicolons: run(';'),
  clients: { piece: '127.0.0.1, ', tail: 'x' },
  hops: { piece: 'for="[::1]:1";', tail: 'x' },
  parameters: { head: 'application/json', piece: ';a="\\"', tail: 'x' },
  boundaries: { head: 'multipart/form-data; boundary=', piece: '-' },
};

/** A text of such pieces that takes at most `bytes` once `encode` has written it. */
export function hostileText(
  { head = '', piece, tail = '' }: Pattern,
  bytes: number,
  encode: (text: string) => string,
): string {
  const size = (text: string) => Buffer.byteLength(encode(text));
  const count = Math.floor((bytes - size(head + tail)) / (size(piece + piece) - size(piece)));
  return head + piece.repeat(Math.max(0, count)) + tail;
}

/** A text of such pieces with as many characters. */
export function textOfLength({ head = '', piece, tail = '' }: Pattern, length: number): string {
  const count = Math.floor((length - head.length - tail.length) / piece.length);
  return (head + piece.repeat(Math.max(0, count)) + tail).slice(0, length);
}
