import { AuthError } from '@app/kernel';
import type { Request } from 'express';

/** Visible ASCII without quotes and backslashes, long enough not to be guessed, short enough for any store. */
export const KEY = /^(?:"([!#-[\]-~]{16,128})"|([!#-[\]-~]{16,128}))$/;

/**
 * The key of the client, if there is one: a string of RFC 9651 in quotes as the draft has it, or without them as many clients send it.
 *
 * @throws AuthError `idempotency_key_invalid`
 */
export function presentedKey({ headers }: Request): string | undefined {
  const given = headers['idempotency-key'];
  if (given === undefined) return undefined;
  const [, quoted, bare] = KEY.exec(String(given).trim()) ?? [];
  const key = quoted ?? bare;
  if (key === undefined) throw new AuthError('idempotency_key_invalid');
  return key;
}
