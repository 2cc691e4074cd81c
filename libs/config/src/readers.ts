import { isIP } from 'node:net';
import { KeyRing, signingKey } from '@app/kernel';
import { z } from 'zod';
import { isTextCountry, prefixesOf } from './text-countries.js';

// Every reader takes the variable's text, trimmed; its messages name what is wanted and never what was given.

const digits = z.string().regex(/^\d{1,12}$/, 'must be a whole number');

/** A whole number from `min` to `max`. */
export const whole = (min: number, max: number) =>
  digits
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

/** A life or a waiting time in seconds. Short ones are allowed: they are how a test or a strict site works. */
export const seconds = (max = 10 * 365 * 86_400) => whole(1, max);

/** A retention in days. */
export const days = whole(1, 36_500);

/** `true` or `false`. */
export const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true');

/** A comma-separated list; empty entries are dropped. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean),
);

/** Countries as the beginnings of their phone numbers. */
export const textCountries = list
  .refine((entries) => entries.every(isTextCountry), {
    error: 'must be a comma-separated list of ISO 3166-1 codes such as DE, or of prefixes such as +49',
  })
  .transform((entries) => [...new Set(entries.flatMap(prefixesOf))]);

/** A URL with one of the given schemes (`https:` …). */
export const url = (...schemes: string[]) =>
  z.string().refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol), {
    error: `must be a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  });

/** A URL that paths are put behind: it has no user, query or fragment. */
export const baseUrl = url('http:', 'https:').refine((text) => isBase(text), {
  error: 'must have no user, query or fragment: links are built from it',
});

function isBase(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return !username && !password && !/[?#]/.test(text);
}

const NETWORK_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

function isNetwork(entry: string): boolean {
  if (NETWORK_NAMES.includes(entry)) return true;
  const [address = '', prefix, ...rest] = entry.split('/');
  const family = isIP(address);
  if (!family || rest.length) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** Addresses and networks of proxies, as Express's `trust proxy` reads them. */
export const networks = list.refine((entries) => entries.every(isNetwork), {
  error: 'must be a comma-separated list of addresses, CIDR networks, loopback, linklocal or uniquelocal',
});

const LABEL = '[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?';
const CLIENT_NAME = new RegExp(
  `^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-f\\d.:]+\\]|\\[ipv6:[a-f\\d.:]+\\])$`,
  'i',
);

/** What a mail client may call itself (RFC 5321, 4.1.1.1): a host name, or an address in square brackets. */
export const clientName = z
  .string()
  .max(253, 'must be a host name')
  .regex(CLIENT_NAME, 'must be a host name, such as auth.example.com, or an address in square brackets');

/** Secrets of webhooks in the form of Standard Webhooks, the newest first. */
export const signingSecrets = list.refine((secrets) => secrets.length > 0 && secrets.every(signingKey), {
  error: 'must be whsec_ and the base64 of 24 to 64 bytes; several are separated by commas',
});

/** A key ring, checked here so that a bad one is reported with all the other problems. */
export const keyRing = z.string().superRefine((text, context) => {
  try {
    KeyRing.parse(text);
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: `must be id:base64[,id:base64…]: ${(error as Error).message}`,
    });
  }
});
