import { type AttackCase, Skipped } from './case.js';
import { DOORS, FOREIGN } from './protocols.js';
import type { Target } from './target.js';

const FILES = [
  '/.git/HEAD',
  '/.env',
  '/package.json',
  '/dist/ormconfig.js',
  '/node_modules/',
  '/.data/',
  '/..%2f.env',
  '/%2e%2e/.env',
];
const MONITORING = [
  '/docs',
  '/openapi.json',
  '/metrics',
  '/health/ready',
  '/dev/mailbox',
  '/dev/mailbox/messages',
];

async function answering(target: Target, paths: string[]): Promise<string[]> {
  const seen: string[] = [];
  for (const path of paths) {
    const { status } = await target.ask(path);
    if (status < 400) seen.push(`GET ${path}: ${status}`);
  }
  return seen;
}

async function monitoring(target: Target): Promise<string[]> {
  if (!target.outside) throw new Skipped('it is reached on this machine itself, not as strangers reach it');
  return answering(
    target,
    MONITORING.filter((path) => !target.intended.includes(path)),
  );
}

async function trace(target: Target): Promise<string[]> {
  const secret = 'Bearer traced';
  const { status, text } = await target.ask('/session', {
    method: 'TRACE',
    headers: { Authorization: secret },
  });
  return status < 400 || text.includes(secret) ? [`TRACE /session: ${status}`] : [];
}

async function methods(target: Target): Promise<string[]> {
  const seen: string[] = [];
  for (const path of [...Object.values(DOORS), '/.well-known/jwks.json'])
    for (const method of ['PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
      const { status } = await target.ask(path, { method });
      if (status < 400 || status >= 500) seen.push(`${method} ${path}: ${status}`);
    }
  for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
    const { status } = await target.ask('/health/live', {
      method: 'POST',
      headers: { [name]: 'GET' },
      body: '',
    });
    if (status < 400) seen.push(`POST /health/live with ${name}: GET: ${status}`);
  }
  return seen;
}

async function leadsAway(target: Target): Promise<string[]> {
  const seen: string[] = [];
  const away = (where: string, location: string | undefined) => {
    if (location === undefined) return;
    const { hostname } = new URL(location, target.url);
    if (hostname.endsWith('attacker.invalid')) seen.push(`${where}: Location: ${location}`);
  };
  for (const path of [
    '//attacker.invalid/',
    '/%2f%2fattacker.invalid',
    '/\\attacker.invalid',
    ...['redirect', 'redirect_uri', 'return', 'next', 'url'].map((name) => `/magic-link?${name}=${FOREIGN}`),
  ])
    away(`GET ${path}`, (await target.ask(path)).headers.location);
  const named = await target.ask('/docs', { headers: { 'X-Forwarded-Host': 'attacker.invalid' } });
  away('X-Forwarded-Host', named.headers.location);
  for (const redirect of [
    FOREIGN,
    '//attacker.invalid',
    'javascript:alert(1)',
    `${target.url.origin}@attacker.invalid`,
  ]) {
    const { status } = await target.post('/auth/magic_link', { email: target.nobody(), redirect });
    if (status < 400 || status >= 500) seen.push(`a magic link that leads on to ${redirect}: ${status}`);
  }
  return seen;
}

export const exposureCases: AttackCase[] = [
  { asvs: '13.4.1', name: 'it hands out no file of its own', run: (target) => answering(target, FILES) },
  {
    asvs: '13.4.5',
    name: 'strangers see no monitoring and no description that is not meant for them',
    run: monitoring,
  },
  { asvs: '13.4.4', name: 'TRACE is not answered', run: trace },
  { asvs: '4.1.4', name: 'methods that it does not know are refused, under whatever name', run: methods },
  { asvs: '3.7.2', name: 'it leads nobody to another site', run: leadsAway },
];
