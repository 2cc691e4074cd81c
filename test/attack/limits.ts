import type { AttackCase } from './case.js';
import { DOORS } from './protocols.js';
import type { Answer, Target } from './target.js';

const AT_ONCE = 30;
const GUESSES = 30;

const FORGED: Record<string, string>[] = [
  { 'X-Forwarded-For': '198.51.100.77' },
  { 'X-Forwarded-For': '198.51.100.78, 198.51.100.79' },
  { Forwarded: 'for=198.51.100.80' },
  { 'X-Real-IP': '198.51.100.81' },
  { 'True-Client-IP': '198.51.100.82' },
  { 'CF-Connecting-IP': '198.51.100.83' },
  { 'X-Client-IP': '198.51.100.84' },
];

/** Asks until it is refused; the refusal. */
async function flooded(target: Target, path: string): Promise<Answer | undefined> {
  for (let sent = 0; sent < target.flood; sent += AT_ONCE) {
    const calls = Array.from({ length: AT_ONCE }, () => target.post(path, {}, { impatient: true }));
    const refused = (await Promise.all(calls)).find(({ status }) => status === 429);
    if (refused) return refused;
  }
  return undefined;
}

const says = ({ headers }: Answer) => {
  const seconds = headers['retry-after'];
  return /^[1-9]\d*$/.test(String(seconds)) ? [] : [`429 with Retry-After: ${seconds ?? 'none'}`];
};

async function refusal(target: Target, path: string): Promise<string[]> {
  const refused = await flooded(target, path);
  return refused ? says(refused) : [`${target.flood} requests, and none refused`];
}

async function forged(target: Target): Promise<string[]> {
  const path = DOORS['dfns'] as string;
  if (!(await flooded(target, path))) return [`${target.flood} requests, and none refused`];
  const seen: string[] = [];
  for (const headers of FORGED) {
    const { status } = await target.post(path, {}, { headers, impatient: true });
    if (status !== 429) seen.push(`${JSON.stringify(headers)}: ${status}`);
  }
  return seen;
}

/** At a name that nobody has: it is counted like any other, and no person is locked out. */
async function guesses(target: Target): Promise<string[]> {
  const email = target.nobody();
  for (let guess = 0; guess < GUESSES; guess += 1) {
    const answer = await target.post(
      '/auth/token',
      { email, password: `guess ${guess}` },
      { impatient: true },
    );
    if (answer.status === 429) return says(answer);
  }
  return [`${GUESSES} wrong passwords of one name were looked at`];
}

/** Last: they leave this address without requests for a minute. */
export const limitCases: AttackCase[] = [
  { asvs: '6.3.1', name: 'wrong passwords of one name come to an end', run: guesses },
  ...Object.entries(DOORS).map(([protocol, path]) => ({
    asvs: '2.4.1',
    name: `a flood from one address is refused, with the time to wait (${protocol})`,
    run: (target: Target) => refusal(target, path),
  })),
  { asvs: '4.1.3', name: 'no header that a stranger writes makes another address of it', run: forged },
];
