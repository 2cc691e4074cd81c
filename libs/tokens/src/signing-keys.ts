import { Injectable, Logger } from '@nestjs/common';
import { KeyRing } from '@app/kernel';
import { KeySet, type ClosedKey } from './key-set.js';
import {
  generateSealedKey,
  openKey,
  type PublicJwk,
  type SigningKey,
  type SigningKeyRow,
} from './signing-key.js';
import { SigningKeysRepository } from './signing-keys.repository.js';
import { ACTIVATION_SECONDS, RELOAD_SECONDS, RETRY_SECONDS } from './times.js';

/**
 * The signing keys as this process knows them: read from the table once in `RELOAD_SECONDS`, so that a check of a token
 * costs no round trip and a rotation is noticed without a restart. A key id that is not known is looked for at once,
 * but made-up ones cannot cause more than one look in `RETRY_SECONDS`.
 *
 * Every method rejects when the table could not be read for `ACTIVATION_SECONDS` (`database_unavailable`).
 */
@Injectable()
export class SigningKeys {
  private readonly logger = new Logger('SigningKeys');
  private known?: KeySet;
  private triedAt?: Date;
  private reading?: Promise<KeySet>;

  constructor(
    private readonly repository: SigningKeysRepository,
    private readonly ring: KeyRing,
  ) {}

  /** The key that signs. The first ever is made here, by one of all the replicas that ask. */
  async signer(now: Date): Promise<SigningKey> {
    const key = (await this.current(now)).signer(now);
    if (!key) throw new Error('there is no signing key');
    return key;
  }

  /** The key a token names, while tokens it signed can be good. */
  async find(kid: string, now: Date): Promise<SigningKey | undefined> {
    const key = (await this.current(now)).find(kid, now);
    return key ?? (await this.renew(now)).find(kid, now);
  }

  /** What verifiers need: every key that signs, will sign, or has signed a token that can be good. */
  async published(now: Date): Promise<PublicJwk[]> {
    return (await this.current(now)).published(now);
  }

  private async current(now: Date): Promise<KeySet> {
    const { known } = this;
    const patience = known?.isPartial ? RETRY_SECONDS : RELOAD_SECONDS;
    return !known || isOlder(known.readAt, patience, now) ? this.renew(now) : known;
  }

  /** One look for all who wait for it. When it fails, what is known serves on for as long as it cannot be wrong. */
  private async renew(now: Date): Promise<KeySet> {
    const { known } = this;
    const usable = known && !isOlder(known.readAt, ACTIVATION_SECONDS, now);
    if (usable && !this.reading && !isOlder(this.triedAt, RETRY_SECONDS, now)) return known;
    try {
      return await (this.reading ??= this.read(now));
    } catch (error) {
      if (!usable) throw error;
      return known;
    }
  }

  private async read(now: Date): Promise<KeySet> {
    this.triedAt = now;
    try {
      const rows = await this.rows(now);
      const keys = rows.map((row) => this.open(row));
      return (this.known = new KeySet(keys, now));
    } catch (error) {
      this.logger.error(`The signing keys could not be read: ${(error as Error).message}`);
      throw error;
    } finally {
      this.reading = undefined;
    }
  }

  private async rows(now: Date): Promise<SigningKeyRow[]> {
    const rows = await this.repository.good(now);
    if (rows.length) return rows;
    await this.repository.installFirst(await generateSealedKey(this.ring), now);
    return this.repository.good(now);
  }

  private openFirst({ kid, signsFrom, goodUntil, ...sealed }: SigningKeyRow): SigningKey | ClosedKey {
    try {
      return openKey(this.ring, { kid, signsFrom, goodUntil, ...sealed });
    } catch (error) {
      this.logger.error((error as Error).message);
      return { kid, signsFrom, goodUntil, problem: error as Error };
    }
  }

  private open(row: SigningKeyRow): SigningKey | ClosedKey {
    const opened = this.known?.opened(row.kid);
    return opened ? { ...opened, signsFrom: row.signsFrom, goodUntil: row.goodUntil } : this.openFirst(row);
  }
}

/** Clocks are set back at times: what lies in the future is old too. */
function isOlder(at: Date | undefined, seconds: number, now: Date): boolean {
  return !at || Math.abs(now.getTime() - at.getTime()) >= seconds * 1000;
}
