import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { AuthError, randomToken } from '@app/kernel';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { readArgon2 } from './foreign-passwords/argon2.js';
import { ForeignHashError, type ForeignHash } from './foreign-passwords/foreign-hash.js';
import { readForeignHash } from './foreign-passwords/foreign-passwords.js';
import { ClientPasswords } from './pbkdf2-verifier.js';

/** A password as it was typed, or as a client that hashes it first shows it (`ClientPasswords`). */
export type ShownPassword = string | { clientHash: string };

// OWASP's second recommendation for argon2id, the package's default algorithm: 19 MiB, two passes, one lane; about 12 ms.
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** libuv's default number of threads: more would only wait there, holding 19 MiB each. */
const CONCURRENCY = 4;
/** Between the verifiers of a password; no PHC string has one. */
const SEPARATOR = ' ';

/** Whether another system has made it, for which one verifier was enough. */
export const isForeign = (verifiers: string): boolean => !verifiers.includes(SEPARATOR);

/** Nothing when nobody can read it any more: its account then has no password. */
function foreignHash(verifier: string): ForeignHash | undefined {
  try {
    return readForeignHash(verifier);
  } catch (error) {
    if (error instanceof ForeignHashError) return undefined;
    throw error;
  }
}

/**
 * What rests of a password that was made elsewhere, as it may rest here: the verifier of another system, or the two of another
 * installation of this one.
 *
 * @throws ForeignHashError when it is neither, broken, or asks for more work than its bounds allow
 */
export function readVerifiers(text: string): string {
  const verifiers = text.split(SEPARATOR);
  if (verifiers.length === 2) {
    if (!verifiers.every((verifier) => readArgon2(verifier)))
      throw new ForeignHashError('of two verifiers each has to be argon2');
  } else readForeignHash(text);
  return text;
}

/**
 * argon2id in a bounded queue, so that a flood of logins can neither exhaust the memory nor make everything else
 * wait behind it: what does not fit is refused at once with `AuthError('busy')`.
 *
 * A password has two verifiers, of what people type and of what some clients make of it first. They are one text, so that no
 * change of a password can leave the other verifier of the old one behind. Checking takes one of them: both ways cost the same.
 * Where another system made the verifier (docs/operations/import.md) it is one alone, and good for what is typed.
 */
@Injectable()
export class PasswordHasher {
  private readonly run = pLimit(CONCURRENCY);
  /** How many have a place, waiting or being served. */
  private admitted = 0;
  private refused = 0;
  private readonly decoy: Promise<string>;

  constructor(
    private readonly config: Config,
    private readonly clientPasswords: ClientPasswords,
  ) {
    this.decoy = hash(randomToken(128), ARGON2ID);
  }

  /**
   * Does the work with a place in the queue, held from its beginning to its end, or refuses it before anything of it is begun.
   * What is written down before a password is looked at is written inside: whoever finds the queue full has tried nothing.
   */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    if (this.admitted >= CONCURRENCY + this.config.passwords.queueLimit) {
      this.refused += 1;
      throw new AuthError('busy', { retryAfterSeconds: 1 });
    }
    this.admitted += 1;
    try {
      return await work();
    } finally {
      this.admitted -= 1;
    }
  }

  /** What the queue has at this moment, and how often it was full since the start. */
  get load(): { running: number; waiting: number; refused: number } {
    const { activeCount, pendingCount } = this.run;
    return { running: activeCount, waiting: pendingCount, refused: this.refused };
  }

  async hash(password: string): Promise<string> {
    return this.admit(() => this.hashAdmitted(password));
  }

  /** The same, called within `admit`. */
  async hashAdmitted(password: string): Promise<string> {
    return this.run(() => this.verifiersOf(password));
  }

  /**
   * Whether the password is right; called within `admit`. With no verifier the same work is done against a decoy, and the answer
   * is no.
   */
  async verify(verifiers: string | null | undefined, password: ShownPassword): Promise<boolean> {
    const [typed, hashed] = verifiers?.split(SEPARATOR) ?? [];
    if (typed && !hashed) return this.verifyForeign(typed, password);
    const [verifier, shown] =
      typeof password === 'string' ? [typed, password.normalize('NFKC')] : [hashed, password.clientHash];
    const against = verifier ?? (await this.decoy);
    const right = await this.run(() => verify(against, shown));
    return right && verifier !== undefined;
  }

  /** Others have hashed what was typed alone: what a client makes of it first cannot be compared. */
  private async verifyForeign(verifier: string, password: ShownPassword): Promise<boolean> {
    const foreign = typeof password === 'string' ? foreignHash(verifier) : undefined;
    return foreign ? this.run(() => foreign.verify(password as string)) : this.verify(null, password);
  }

  private async verifiersOf(password: string): Promise<string> {
    const clientHash = await this.clientPasswords.of(password);
    const verifiers = [await hash(password.normalize('NFKC'), ARGON2ID), await hash(clientHash, ARGON2ID)];
    return verifiers.join(SEPARATOR);
  }
}
