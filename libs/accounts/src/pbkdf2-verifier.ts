import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Database, sql } from '@app/database';

/** How some clients hash a password before they send it: PBKDF2-HMAC-SHA256, in lower-case hex. */
export interface ClientPasswordParameters {
  /** Of the output, in bits. */
  size: number;
  iterations: number;
  /** Its UTF-8 bytes are the salt; the same for everybody, since the client asks before it says who it is. */
  salt: string;
}

const SIZE_BITS = 256;
const ITERATIONS = 100_000;
const derive = promisify(pbkdf2);

/**
 * The password as such a client shows it. To the service it is a password like any other: it is never stored, only its
 * argon2id is.
 */
@Injectable()
export class ClientPasswords {
  private salt?: Promise<string>;

  constructor(private readonly database: Database) {}

  async parameters(): Promise<ClientPasswordParameters> {
    return { size: SIZE_BITS, iterations: ITERATIONS, salt: await this.knownSalt() };
  }

  /** What a client would send for this password. Browsers send what keyboards type: composed characters (NFC). */
  async of(password: string): Promise<string> {
    const { size, iterations, salt } = await this.parameters();
    return (await derive(password.normalize('NFC'), salt, iterations, size / 8, 'sha256')).toString('hex');
  }

  /** Read once in a process: it never changes. A failed read is not kept. */
  private knownSalt(): Promise<string> {
    this.salt ??= this.readSalt().catch((error: unknown) => {
      this.salt = undefined;
      throw error;
    });
    return this.salt;
  }

  private async readSalt(): Promise<string> {
    const row = await this.database.row<{ salt: string }>(sql`SELECT salt FROM client_password_salt`);
    if (!row) throw new Error('the salt that the migrations made is gone');
    return row.salt;
  }
}
