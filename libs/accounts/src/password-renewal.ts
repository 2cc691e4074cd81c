import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Database, sql } from '@app/database';
import { AuthError } from '@app/kernel';
import { PasswordHasher } from './password-hasher.js';

/**
 * Hashes a password anew that was right for the verifier of another system. Beside the answer and not in its way: whatever goes wrong,
 * the verifier that was there stays, and the next right password tries again.
 */
@Injectable()
export class PasswordRenewal implements BeforeApplicationShutdown {
  private readonly logger = new Logger(PasswordRenewal.name);
  private readonly going = new Set<Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
  ) {}

  /** `verifier`: the one that the password was right for. */
  begin(accountId: string, verifier: string, password: string): void {
    const renewal = this.renew(accountId, verifier, password)
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.going.delete(renewal));
    this.going.add(renewal);
  }

  /** What has begun comes to its end while there is still a database. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.going);
  }

  /** The password is the same, so nothing that was made for the account ends. One that was changed meanwhile stays. */
  private async renew(accountId: string, verifier: string, password: string): Promise<void> {
    const verifiers = await this.hasher.hash(password);
    await this.database.rows(sql`
      UPDATE accounts SET password_hash = ${verifiers} WHERE id = ${accountId}::bigint AND password_hash = ${verifier}`);
  }

  private fail(error: unknown): void {
    // A full queue is nobody's fault.
    if (!(error instanceof AuthError)) this.logger.error(error);
  }
}
