import { parseArgs } from 'node:util';
import { type AttackResult, runCase } from './case.js';
import { attackCases } from './cases.js';
import { Target } from './target.js';

const HELP = `npm run attack -- <url> [options]

Tries from outside what strangers would try, and says what worked. For an installation of yours in staging: it registers one
throw-away person, sends a few hundred odd requests, and in the end floods each protocol for a moment.

  --account <email>    an account of yours without a second factor, for the cases that have to sign in;
                       its password in ATTACK_PASSWORD
  --intended <paths>   what strangers are meant to see, such as /docs,/openapi.json
  --only <text>        only the cases whose number or name has this text
  --json               one JSON object in the place of the lines
  --help

Each line: number of OWASP ASVS 5.0, ok, seen or skipped, what was tried. Exit code 1: something was seen; 2: nothing could be tried.`;

const SIGN = { ok: 'ok', seen: 'SEEN', skipped: 'skipped' };

function lineOf({ asvs, result, name, seen }: AttackResult): string {
  const head = `${asvs.padEnd(7)} ${SIGN[result].padEnd(8)} ${name}`;
  return [head, ...seen.map((each) => `${' '.repeat(17)}${each}`)].join('\n');
}

function given() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      account: { type: 'string' },
      intended: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [url] = positionals;
  if (!values.help && (!url || positionals.length > 1)) throw new Error('one URL has to be given');
  if (url && !/^https?:\/\//.test(url)) throw new Error('the URL has to begin with https:// or http://');
  const { ATTACK_PASSWORD: password } = process.env;
  if (values.account && !password) throw new Error('ATTACK_PASSWORD has to be set with --account');
  return { ...values, url: url ?? '', password: password ?? '' };
}

async function attack({
  url,
  account,
  password,
  intended,
  only,
  json,
}: ReturnType<typeof given>): Promise<number> {
  const target = new Target(url, {
    ...(account !== undefined && { account: { email: account, password } }),
    intended: intended.split(',').filter(Boolean),
  });
  const cases = attackCases.filter(({ asvs, name }) => `${asvs} ${name}`.includes(only));
  if (cases.length === 0) throw new Error(`no case has ${JSON.stringify(only)}`);
  await target.ask('/health/live');
  const results: AttackResult[] = [];
  for (const [index, each] of cases.entries()) {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${index + 1}/${cases.length} ${each.name}`);
    const result = await runCase(each, target);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    if (!json) process.stdout.write(`${lineOf(result)}\n`);
    results.push(result);
  }
  target.close();
  const count = (what: AttackResult['result']) => results.filter(({ result }) => result === what).length;
  const sums = { ok: count('ok'), seen: count('seen'), skipped: count('skipped') };
  process.stdout.write(
    json
      ? `${JSON.stringify({ url, ...sums, results }, null, 2)}\n`
      : `\n${sums.ok} ok, ${sums.seen} seen, ${sums.skipped} skipped\n`,
  );
  return sums.seen ? 1 : 0;
}

try {
  const asked = given();
  if (asked.help) process.stdout.write(`${HELP}\n`);
  process.exitCode = asked.help ? 0 : await attack(asked);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${HELP}\n`);
  process.exitCode = 2;
}
