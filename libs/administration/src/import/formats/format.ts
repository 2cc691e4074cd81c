import type { z } from 'zod';
import type { Person } from '../../person.js';
import { PersonRefused } from '../person-refused.js';

/** What an export says of itself apart from its people. */
export interface FormatContext {
  now: Date;
  /** A provider of the configuration, by its name or its issuer. */
  providerOf(nameOrIssuer: string): { name: string; issuer: string } | undefined;
  /** Providers whose identities are left behind. */
  leftOut: readonly string[];
  /** Of Firebase, as its console shows them: without them its hashes mean nothing. */
  hashParameters?: FirebaseHashParameters;
  /** Of Auth0, whose export of people has no hashes: of a person of this id. */
  passwordHashOf?(id: string): string | undefined;
}

export interface FirebaseHashParameters {
  signerKey: string;
  saltSeparator: string;
  rounds: number;
  memCost: number;
}

/** How another system writes down its people. */
export interface Format {
  /** Whether its export is one JSON document, and not a line for each. */
  isDocument: boolean;
  /**
   * A person of it in the form of our own, of no checked shape where it is not known here.
   * @throws PersonRefused
   */
  person(value: unknown, context: FormatContext): unknown;
}

/** The value by what the export documents; what nobody asks for stays unread. */
export function shapedAs<T>(schema: z.ZodType<T>, value: unknown): T {
  const { data, error } = schema.safeParse(value);
  if (error) {
    const [issue] = error.issues;
    throw new PersonRefused(`${issue?.path.join('.') || 'it'}: ${issue?.message}`);
  }
  return data;
}

/** An instant of the export as ours: of milliseconds, or of a text that a database has written. */
export function instantOf(given: number | string | undefined): string | undefined {
  if (given === undefined || given === '') return undefined;
  // `2024-01-02 03:04:05.678+00`, as Postgres writes it.
  const text = typeof given === 'string' ? given.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00') : given;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new PersonRefused('one of its times cannot be read');
  return at.toISOString();
}

/** Issuers that everybody knows, by the names that others have for them. */
const KNOWN: Record<string, { name: string; issuer: string }> = {
  google: { name: 'google', issuer: 'https://accounts.google.com' },
  'google.com': { name: 'google', issuer: 'https://accounts.google.com' },
  'google-oauth2': { name: 'google', issuer: 'https://accounts.google.com' },
  apple: { name: 'apple', issuer: 'https://appleid.apple.com' },
  'apple.com': { name: 'apple', issuer: 'https://appleid.apple.com' },
};

/** Whom a provider of the export means; none where its people are to come without it. */
export function identityOf(
  provider: string,
  subject: string,
  { providerOf, leftOut }: FormatContext,
): NonNullable<Person['identities']> {
  const called = provider.toLowerCase();
  if (leftOut.some((name) => name.toLowerCase() === called)) return [];
  const known = KNOWN[called];
  const found = (known && providerOf(known.issuer)) ?? providerOf(provider) ?? known;
  if (!found)
    throw new PersonRefused(
      `identities: OIDC_PROVIDERS names no provider ${JSON.stringify(provider.slice(0, 64))}`,
    );
  return [{ provider: found.name, issuer: found.issuer, subject }];
}

/** Base64 as a PHC string has it: without padding. */
export const phc = (base64: string): string => base64.replaceAll('=', '');

/** A key URI of a secret in base32; the label is the app's alone and no matter here. */
export const totpUri = (secret: string): string =>
  `otpauth://totp/account?secret=${encodeURIComponent(secret.replace(/\s/g, ''))}`;
