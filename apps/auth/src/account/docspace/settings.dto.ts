/** PBKDF2-HMAC-SHA256 of the password, in lower-case hex. */
export class DocspacePasswordHash {
  /** Of the output, in bits. @example 256 */
  size: number;
  /** @example 100000 */
  iterations: number;
  /** Its characters are the salt, not the bytes they spell. @example 'c95f…' */
  salt: string;
}

export class DocspaceSettings {
  passwordHash: DocspacePasswordHash;
}
