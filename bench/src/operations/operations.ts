import type { BenchRequest } from '../load/load.js';
import type { Operation, Setting } from './operation.js';
import { ask, emailOf, forEach, insertPeople, PASSWORD, requestOf } from './people.js';

/** Sessions and tokens that are checked in turn: enough that no row is a meeting place. */
const KEPT = 300;

const credentials = (number: number) => ({ email: emailOf(number), password: PASSWORD });

/** navixy: the second step of a sign-in, with the right code. */
const verify: Operation = {
  name: 'verify',
  title: 'Verify a code',
  others: ['floor', 'express', 'better-auth'],
  base: 'floor',
  repeats: false,
  mails: false,
  async prepare({ service, database, sink, count }) {
    await insertPeople(database, { count, secondFactor: 'email' });
    const hashes = await forEach(count, (number) => navixySession(service.url, number));
    await sink.has(count);
    const codes = new Map((await sink.mails()).map(({ to, code }) => [to, code]));
    return hashes.map((hash, number) =>
      requestOf(number, 'POST', '/user/auth/code/verify', {
        body: { code: codes.get(emailOf(number)) },
        authorization: `NVX ${hash}`,
      }),
    );
  },
};

/** yat: a magic link, whose mail is handed over meanwhile. */
const askForLink: Operation = {
  name: 'ask',
  title: 'Ask for a link, its delivery going on',
  others: ['floor', 'express', 'better-auth'],
  base: 'floor',
  repeats: false,
  mails: true,
  async prepare({ database, count }) {
    await insertPeople(database, { count, secondFactor: 'none' });
    return Array.from({ length: count }, (_, number) =>
      requestOf(number, 'POST', '/auth/magic_link', { body: { email: emailOf(number) } }),
    );
  },
};

/** yat: a new pair of tokens for a refresh token, which is rotated. */
const refresh: Operation = {
  name: 'refresh',
  title: 'Refresh',
  others: ['floor', 'express'],
  base: 'floor',
  repeats: false,
  mails: false,
  async prepare(setting) {
    const pairs = await yatTokens(setting, setting.count);
    return pairs.map(({ refresh_token }, number) =>
      requestOf(number, 'POST', '/auth/token/refresh', { body: { refresh_token } }),
    );
  },
};

/** navixy: who is signed in, by an opaque session hash. */
const session: Operation = {
  name: 'session',
  title: 'Session check (opaque)',
  others: ['floor', 'express', 'better-auth'],
  base: 'floor',
  repeats: true,
  mails: false,
  async prepare({ service, database }) {
    await insertPeople(database, { count: KEPT, secondFactor: 'none' });
    const hashes = await forEach(KEPT, (number) => navixySession(service.url, number));
    return hashes.map((hash, number) =>
      requestOf(number, 'POST', '/user/get_info', { body: {}, authorization: `NVX ${hash}` }),
    );
  },
};

/** yat: who is signed in, by an access token. */
const accessToken: Operation = {
  name: 'access-token',
  title: 'Access-token check',
  others: ['floor', 'express', 'jose'],
  base: 'jose',
  repeats: true,
  mails: false,
  async prepare(setting) {
    const pairs = await yatTokens(setting, KEPT);
    return pairs.map(({ access_token }, number) =>
      requestOf(number, 'GET', '/account', { authorization: `Bearer ${access_token}` }),
    );
  },
};

/** yat: a sign-in with the right password, of an account without a second factor. */
const password: Operation = {
  name: 'password',
  title: 'Password login',
  others: ['argon2id'],
  base: 'argon2id',
  repeats: false,
  mails: false,
  share: 0.2,
  async prepare({ database, count }): Promise<BenchRequest[]> {
    await insertPeople(database, { count, secondFactor: 'none', realPasswords: true });
    return Array.from({ length: count }, (_, number) =>
      requestOf(number, 'POST', '/auth/token', { body: credentials(number) }),
    );
  },
};

export const operations = [verify, askForLink, refresh, session, accessToken, password];

async function navixySession(url: string, number: number): Promise<string> {
  const body = { login: emailOf(number), password: PASSWORD };
  return (await ask<{ hash: string }>(url, requestOf(number, 'POST', '/user/auth', { body }))).hash;
}

interface TokenPair {
  access_token: string;
  refresh_token: string;
}

async function yatTokens({ service, database }: Setting, count: number): Promise<TokenPair[]> {
  await insertPeople(database, { count, secondFactor: 'none' });
  return forEach(count, (number) =>
    ask<TokenPair>(service.url, requestOf(number, 'POST', '/auth/token', { body: credentials(number) })),
  );
}
