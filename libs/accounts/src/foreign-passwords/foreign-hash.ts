/** A verifier of a password that another system has made. Nothing new is ever stored in such a form. */
export interface ForeignHash {
  /** Whether the password is right: its UTF-8 bytes as they were typed, since that is what others hash. */
  verify(password: string): Promise<boolean>;
}

/**
 * Reads the forms of one algorithm: nothing when the text has none of them.
 *
 * @throws ForeignHashError when it has, but is broken or asks for more work than is done for anybody
 */
export type ReadForeignHash = (text: string) => ForeignHash | undefined;

/** Why a verifier is not taken over, as a sentence for whoever brings it. It never holds the verifier. */
export class ForeignHashError extends Error {}

/** A number of a verifier that stays in its bounds, or a refusal: each guess at such an account would cost that much. */
export function bounded(name: string, value: number, [least, most]: readonly [number, number]): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new ForeignHashError(`${name} has to be from ${least} to ${most}`);
}

/** The bytes of a base64 text, in either alphabet, with its padding or without. */
export function bytesOf(name: string, text: string): Buffer {
  if (!/^[\w+/-]*={0,2}$/.test(text)) throw new ForeignHashError(`${name} is not base64`);
  return Buffer.from(text, 'base64');
}

/** What was derived has to be long enough that nobody finds it by chance: 128 bits. */
export function derivedOf(text: string): Buffer {
  const bytes = bytesOf('the hash', text);
  bounded('the length of the hash in bytes', bytes.length, [16, 128]);
  return bytes;
}
