import { type AttackCase, Skipped } from './case.js';
import { DOORS } from './protocols.js';
import type { Answer, Target } from './target.js';

const PLACES = [
  '/nowhere',
  '/session',
  `/magic-link?token=${'x'.repeat(22)}`,
  '/.well-known/jwks.json',
  '/health/live',
];

async function everywhere(
  target: Target,
  problem: (answer: Answer) => string | undefined,
): Promise<string[]> {
  const seen: string[] = [];
  const look = (where: string, answer: Answer) => {
    const found = problem(answer);
    if (found) seen.push(`${where}: ${found}`);
  };
  for (const path of PLACES) look(`GET ${path}`, await target.ask(path));
  for (const path of Object.values(DOORS)) look(`POST ${path}`, await target.post(path, {}));
  return seen;
}

const policyOf = ({ headers }: Answer) => String(headers['content-security-policy'] ?? '');
const lacks = (policy: string, directives: RegExp[]) => {
  const missing = directives.filter((directive) => !directive.test(policy));
  return missing.length ? `Content-Security-Policy: ${policy || 'none'}` : undefined;
};

const HEADERS: [asvs: string, name: string, (answer: Answer) => string | undefined][] = [
  [
    '3.4.3',
    'a policy forbids objects and another base',
    (answer) => lacks(policyOf(answer), [/(?:object|default)-src 'none'/, /base-uri 'none'/]),
  ],
  [
    '3.4.4',
    'a type is never guessed',
    ({ headers }) =>
      headers['x-content-type-options'] === 'nosniff' ? undefined : 'no X-Content-Type-Options: nosniff',
  ],
  [
    '3.4.5',
    'addresses of pages are not passed on',
    ({ headers }) =>
      /^(no-referrer|same-origin|strict-origin)$/.test(String(headers['referrer-policy']))
        ? undefined
        : `Referrer-Policy: ${headers['referrer-policy'] ?? 'none'}`,
  ],
  [
    '3.4.6',
    'no other site shows it in a frame',
    (answer) => lacks(policyOf(answer), [/frame-ancestors '(?:none|self)'/]),
  ],
  [
    '13.4.6',
    'it does not say what it is made with',
    ({ headers }) => {
      const told =
        headers['x-powered-by'] ??
        (/\d/.test(String(headers['server'] ?? '')) ? headers['server'] : undefined);
      return told === undefined ? undefined : `it says ${told}`;
    },
  ],
];

async function cached(target: Target): Promise<string[]> {
  const answers: [string, Answer][] = [['GET /session', await target.ask('/session')]];
  for (const path of Object.values(DOORS)) answers.push([`POST ${path}`, await target.post(path, {})]);
  return answers
    .filter(([, { headers }]) => !/no-store/.test(String(headers['cache-control'])))
    .map(([where, { headers }]) => `${where}: Cache-Control: ${headers['cache-control'] ?? 'none'}`);
}

async function strictTransport(target: Target): Promise<string[]> {
  if (!target.secure) throw new Skipped('it is reached by plain HTTP');
  return everywhere(target, ({ headers }) => {
    const policy = String(headers['strict-transport-security'] ?? '');
    const age = Number(/max-age=(\d+)/.exec(policy)?.[1] ?? 0);
    return age >= 31_536_000 && /includeSubDomains/i.test(policy)
      ? undefined
      : `Strict-Transport-Security: ${policy || 'none'}`;
  });
}

async function encrypted({ secure, outside }: Target): Promise<string[]> {
  if (!outside) throw new Skipped('it is reached on this machine itself');
  return secure ? [] : ['it answers by plain HTTP'];
}

export const headerCases: AttackCase[] = [
  ...HEADERS.map(([asvs, name, problem]) => ({
    asvs,
    name,
    run: (target: Target) => everywhere(target, problem),
  })),
  { asvs: '14.3.2', name: 'what answers a sign-in is kept in no cache', run: cached },
  { asvs: '3.4.1', name: 'browsers are told to come by HTTPS alone', run: strictTransport },
  { asvs: '12.2.1', name: 'strangers reach it by HTTPS', run: encrypted },
];
