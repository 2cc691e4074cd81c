import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { AuthError, randomToken } from '@app/kernel';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';

// OWASP's second recommendation for argon2id, the package's default algorithm: 19 MiB, two passes, one lane; about 12 ms.
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** libuv's default number of threads: more would only wait there, holding 19 MiB each. */
const CONCURRENCY = 4;

/**
 * argon2id in a bounded queue, so that a flood of logins can neither exhaust the memory nor make everything else
 * wait behind it: what does not fit is refused at once with `AuthError('busy')`.
 */
@Injectable()
export class PasswordHasher {
  private readonly run = pLimit(CONCURRENCY);
  private readonly decoy: Promise<string>;

  constructor(private readonly config: Config) {
    this.decoy = hash(randomToken(128), ARGON2ID);
  }

  async hash(password: string): Promise<string> {
    return this.queue(() => hash(password.normalize('NFKC'), ARGON2ID));
  }

  /** Whether the password is right. With no verifier the same work is done against a decoy, and the answer is no. */
  async verify(verifier: string | null | undefined, password: string): Promise<boolean> {
    const against = verifier ?? (await this.decoy);
    const right = await this.queue(() => verify(against, password.normalize('NFKC')));
    return right && typeof verifier === 'string';
  }

  private async queue<T>(work: () => Promise<T>): Promise<T> {
    if (this.run.pendingCount >= this.config.passwords.queueLimit) {
      throw new AuthError('busy', { retryAfterSeconds: 1 });
    }
    return this.run(work);
  }
}
