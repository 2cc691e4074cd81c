import type { AttackCase } from './case.js';
import { Skipped } from './case.js';
import { DOORS, FOREIGN } from './protocols.js';
import { type Answer, jsonOf, type Target } from './target.js';

const CROSS_SITE = { Origin: FOREIGN, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** What is given to a browser: with an account, also what it gets by signing in. */
async function cookiesOf(target: Target): Promise<string[]> {
  const { cookies } = await target.ask('/session');
  const signedIn = target.account ? (await docspaceSignIn(target)).cookies : [];
  const all = [...cookies, ...signedIn];
  if (all.length === 0) throw new Skipped('it sets no cookie (WACHT_STAGING)');
  return all;
}

const cookieCase = (asvs: string, name: string, attribute: RegExp): AttackCase => ({
  asvs,
  name,
  run: async (target) => {
    if (attribute.source.includes('Secure') && !target.secure)
      throw new Skipped('it is reached by plain HTTP');
    const bare = (await cookiesOf(target)).filter((cookie) => !attribute.test(cookie));
    return bare.map((cookie) => cookie.replace(/=[^;]*/, '=…'));
  },
});

async function foreignOrigins(target: Target): Promise<string[]> {
  const seen: string[] = [];
  for (const path of ['/session', '/account', ...Object.values(DOORS)])
    for (const Origin of [FOREIGN, 'null', `${target.url.origin}.attacker.invalid`])
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const headers = { Origin, 'Access-Control-Request-Method': 'POST' };
        const { 'access-control-allow-origin': allowed } = (await target.ask(path, { method, headers }))
          .headers;
        if (allowed === Origin || allowed === '*') seen.push(`${method} ${path} for ${Origin}: ${allowed}`);
      }
  return seen;
}

async function foreignForms(target: Target): Promise<string[]> {
  const body = `token=${'x'.repeat(43)}&key=${'x'.repeat(43)}&password=none`;
  const seen: string[] = [];
  for (const path of [
    '/magic-link',
    '/magic-link/not-me',
    '/confirm/Auth',
    '/confirm/TfaAuth',
    '/reset-password',
  ]) {
    const { status } = await target.ask(path, { method: 'POST', headers: { ...FORM, ...CROSS_SITE }, body });
    if (status !== 403) seen.push(`POST ${path} of another site: ${status}`);
  }
  return seen;
}

function docspaceSignIn(target: Target, headers: Record<string, string> = {}): Promise<Answer> {
  const { email, password } = target.owner();
  return target.post('/api/2.0/authentication', { userName: email, password }, { headers });
}

const tokenIn = ({ cookies }: Answer) =>
  cookies.map((cookie) => /^asc_auth_key=([^;]+)/.exec(cookie)?.[1]).find((token) => token !== undefined);

async function isGood(target: Target, Cookie: string): Promise<boolean> {
  return jsonOf(await target.ask('/api/2.0/authentication', { headers: { Cookie } }))['response'] === true;
}

async function foreignLogout(target: Target): Promise<string[]> {
  const Cookie = `asc_auth_key=${tokenIn(await docspaceSignIn(target)) ?? ''}`;
  if (!(await isGood(target, Cookie))) return ['the account could not sign in (docspace)'];
  const headers = { ...FORM, ...CROSS_SITE, Cookie };
  await target.ask('/api/2.0/authentication/logout', { method: 'POST', headers, body: '' });
  const left = await isGood(target, Cookie);
  await target.ask('/api/2.0/authentication/logout', { method: 'POST', headers: { Cookie } });
  return left ? [] : ['a page of another site ended the session (docspace)'];
}

async function fixed(target: Target): Promise<string[]> {
  const chosen = 'x'.repeat(43);
  const signedIn = await docspaceSignIn(target, { Cookie: `asc_auth_key=${chosen}` });
  const seen =
    tokenIn(signedIn) === chosen ? ['a token that was there before the sign-in stays (docspace)'] : [];
  if (await isGood(target, `asc_auth_key=${chosen}`))
    seen.push('a token of the stranger’s choice is good (docspace)');
  const before = (await target.ask('/session')).cookies[0]?.split(';')[0];
  if (before === undefined) return seen;
  const { email, password } = target.owner();
  const headers = { Cookie: before };
  const { cookies } = await target.post(
    '/auth/signin',
    { strategy: 'plain_email', email, password },
    { headers },
  );
  if (!cookies.some((cookie) => !cookie.startsWith(`${before};`)))
    seen.push('no new token with the sign-in (wacht)');
  if (/"user_id"/.test((await target.ask('/session', { headers })).text))
    seen.push('the token from before the sign-in is signed in (wacht)');
  return seen;
}

export const browserCases: AttackCase[] = [
  cookieCase('3.3.1', 'cookies go by HTTPS alone', /;\s*Secure/i),
  cookieCase('3.3.2', 'cookies do not go along from other sites', /;\s*SameSite=(?:Strict|Lax)/i),
  cookieCase('3.3.4', 'no script reads a cookie', /;\s*HttpOnly/i),
  { asvs: '3.4.2', name: 'no foreign origin may read an answer', run: foreignOrigins },
  { asvs: '3.5.1', name: 'no foreign page sends one of our forms', run: foreignForms },
  { asvs: '3.5.1', name: 'no foreign page ends a session', run: foreignLogout },
  { asvs: '7.2.4', name: 'a sign-in gives a new token, and the one before is no session', run: fixed },
];
