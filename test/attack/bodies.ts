import { gzipSync } from 'node:zlib';
import type { AttackCase } from './case.js';
import { DOORS } from './protocols.js';
import type { Target } from './target.js';

const KIB = 1024;
const named = (value: string) =>
  `{"login":${value},"userName":${value},"email":${value},"username":${value},"strategy":"plain_email","password":${value}}`;

const ODD: Record<string, string | Buffer> = {
  'NUL in a string': named('"a\\u0000b@attack.invalid"'),
  'half a surrogate pair': named('"a\\ud800b@attack.invalid"'),
  'no JSON': '{"a":',
  null: 'null',
  'an array': '[1,2,3]',
  'numbers for texts': named('1e308'),
  'objects for texts': named('{"a":{"b":[]}}'),
  'a key twice': '{"email":"a@attack.invalid","email":"b@attack.invalid"}',
  'keys of every object': '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
  'deep nesting': `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  'bytes that are no UTF-8': Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
  'a quote that SQL would read': named(`"' OR 1=1; --@attack.invalid"`),
  'more than a body may have': named(`"${'x'.repeat(1024 * KIB)}"`),
};
const TYPES = ['application/json', 'application/x-www-form-urlencoded', 'text/plain'];

/** Words that only the inside of a service knows. */
const INNER =
  /\n\s+at \S+ \(|node_modules|\.[jt]s:\d+|\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.*\b(?:FROM|SET|VALUES|WHERE)\b|syntax error at or near|violates .* constraint|ECONNREFUSED/;

async function odd(target: Target, path: string): Promise<string[]> {
  const browser = await target.browser();
  const seen: string[] = [];
  for (const [what, body] of Object.entries(ODD))
    for (const type of TYPES) {
      const answer = await target.ask(path, {
        method: 'POST',
        headers: { ...browser, 'Content-Type': type },
        body,
      });
      if (answer.status >= 500) seen.push(`${what} as ${type}: ${answer.status}`);
      if (INNER.test(answer.text)) seen.push(`${what} as ${type}: ${answer.text.slice(0, 200)}`);
    }
  return seen;
}

async function compressed(target: Target, path: string): Promise<string[]> {
  const bomb = gzipSync(named(`"${'x'.repeat(8 * 1024 * KIB)}"`));
  const headers = {
    ...(await target.browser()),
    'Content-Type': 'application/json',
    'Content-Encoding': 'gzip',
  };
  const { status } = await target.ask(path, { method: 'POST', headers, body: bomb });
  return status >= 400 && status < 500 ? [] : [`8 MiB in ${bomb.length} bytes: ${status}`];
}

/** The best of a few: what a busy network adds is not of the text. */
async function quickest(target: Target, path: string, body: string): Promise<number> {
  const headers = { ...(await target.browser()), 'Content-Type': 'application/json' };
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    times.push((await target.ask(path, { method: 'POST', headers, body })).milliseconds);
  }
  return Math.min(...times);
}

/** A text that is looked through again from every character takes a thousand times as long; noise does not. */
async function slow(target: Target, path: string): Promise<string[]> {
  const length = 60 * KIB;
  const harmless = await quickest(target, path, `["${'x'.repeat(length)}"`);
  const seen: string[] = [];
  for (const piece of ['"', '\\"', '["', '{"":"', ' ', ':']) {
    const took = await quickest(target, path, piece.repeat(Math.floor(length / piece.length)));
    if (took > 10 * harmless + 500)
      seen.push(`${piece} …: ${Math.round(took)} ms, not ${Math.round(harmless)} ms`);
  }
  return seen;
}

export const bodyCases: AttackCase[] = Object.entries(DOORS).flatMap(([protocol, path]) => [
  {
    asvs: '16.5.1',
    name: `odd bodies are refused without a fault and without inner words (${protocol})`,
    run: (target) => odd(target, path),
  },
  {
    asvs: '15.2.2',
    name: `a compressed body is not unpacked beyond what a body may have (${protocol})`,
    run: (target) => compressed(target, path),
  },
  {
    asvs: '15.2.2',
    name: `a hostile body takes no longer than a harmless one of its length (${protocol})`,
    run: (target) => slow(target, path),
  },
]);
