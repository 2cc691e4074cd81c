import { Injectable } from '@nestjs/common';
import { Database, sql } from '@app/database';
import type { SealedKey, SigningKeyRow } from './signing-key.js';

@Injectable()
export class SigningKeysRepository {
  constructor(private readonly database: Database) {}

  /** The keys that verify at `now` or will, in the order in which they sign; none before the first start. */
  good(now: Date): Promise<SigningKeyRow[]> {
    return this.database.rows<SigningKeyRow>(sql`
      SELECT kid, private_key_sealed AS "privateKeySealed", signs_from AS "signsFrom", good_until AS "goodUntil"
      FROM signing_keys WHERE good_until IS NULL OR good_until > ${now}::timestamptz
      ORDER BY signs_from, created_at`);
  }

  /** Installs the first key, which signs at once; does nothing when another replica was quicker. */
  async installFirst({ kid, privateKeySealed }: SealedKey, now: Date): Promise<void> {
    await this.database.rows(sql`
      INSERT INTO signing_keys (kid, private_key_sealed, created_at, signs_from)
      VALUES (${kid}, ${privateKeySealed}, ${now}::timestamptz, ${now}::timestamptz)
      ON CONFLICT DO NOTHING`);
  }
}
