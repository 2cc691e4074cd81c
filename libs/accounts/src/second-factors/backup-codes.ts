import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { part, type Part, sql, type Sql } from '@app/database';
import {
  BACKUP_CODE_ALPHABET,
  isBackupCode,
  KeyRing,
  type BackupCodeLength,
  type RequestContext,
} from '@app/kernel';
import type { OfAccount } from '../held-account.js';

export interface BackupCodeForm {
  count: number;
  length: BackupCodeLength;
  /** Whether the owner may read them again (`readable`). */
  kept?: boolean;
}

/** A type and not an interface, so that it is a record of parts too. */
export type IssuedCodes = {
  backup_codes_dropped: Part<OfAccount>;
  backup_codes_issued: Part<OfAccount>;
};

interface LockedCode extends OfAccount {
  code_hash: string;
}

export const BACKUP_CODE_LABEL = 'backup-code';

/**
 * Backup codes: shown once, good once each. They are guessable secrets: checked only through the attempts, in their
 * limits, by the parts below.
 */
@Injectable()
export class BackupCodes {
  constructor(private readonly keyRing: KeyRing) {}

  /**
   * New codes for the account, and the parts that put them in the place of all it has, if `from` is this account. No code looks like one of an authenticator: each has a letter.
   */
  issue(
    call: RequestContext,
    accountId: string,
    { count, length, kept = false }: BackupCodeForm,
    from: Part<OfAccount>,
  ): { codes: string[]; parts: IssuedCodes } {
    const { codes, hashes } = this.draw(accountId, { count, length });
    const sealed = codes.map((code) => (kept ? this.keyRing.seal(BACKUP_CODE_LABEL, accountId, code) : null));
    return {
      codes,
      parts: {
        backup_codes_dropped: dropBackupCodes(from),
        backup_codes_issued: insertBackupCodes(
          call,
          sql`
          SELECT f.account_id, h.hash, h.sealed FROM ${from} f, unnest(${hashes}::text[], ${sealed}::text[]) AS h (hash, sealed)
          WHERE f.account_id = ${accountId}::bigint`,
        ),
      },
    };
  }

  /** New codes that count for nothing yet, and how they are to rest: for a factor that is being set up (`SecondFactors`). */
  draw(
    accountId: string,
    { count, length }: Pick<BackupCodeForm, 'count' | 'length'>,
  ): { codes: string[]; hashes: string[] } {
    const codes = Array.from({ length: count }, () => randomCode(length));
    return { codes, hashes: codes.map((code) => this.hashOf(accountId, code)) };
  }

  /** How a code of the account, in the form of `normaliseCode`, rests. */
  hashOf(accountId: string, code: string): string {
    return this.keyRing.mac(BACKUP_CODE_LABEL, accountId, code).hash;
  }

  /** The codes of the account that were kept for its owner, sealed. */
  keptOf(from: Part<OfAccount>): Part<{ code_sealed: string; used: boolean }> {
    return part(
      'kept',
      sql`
      SELECT b.code_sealed, b.used_at IS NOT NULL AS used FROM backup_codes b JOIN ${from} f USING (account_id)
      WHERE b.code_sealed IS NOT NULL ORDER BY b.code_hash`,
    );
  }

  /** A kept code in plain. */
  reveal(accountId: string, sealed: string): string {
    return this.keyRing.unseal(BACKUP_CODE_LABEL, accountId, sealed);
  }

  /** The account, if it has no codes, not even used ones. */
  lackedBy(from: Part<OfAccount>): Part<OfAccount> {
    return part(
      'codeless',
      sql`
      SELECT f.account_id FROM ${from} f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)`,
    );
  }

  /** The unused code of the account that this one is, in the form of `normaliseCode`, locked. */
  locked(accountId: string, code: string): Part<LockedCode> {
    const hashes = this.keyRing.macs(BACKUP_CODE_LABEL, accountId, code);
    return part(
      'backup_code',
      sql`
      SELECT account_id, code_hash FROM backup_codes
      WHERE account_id = ${accountId}::bigint AND code_hash = ANY(${hashes}::text[]) AND used_at IS NULL FOR UPDATE`,
    );
  }

  /** Condition: a code was found. */
  isRight(locked: Part<LockedCode>): Sql {
    return sql`(EXISTS (SELECT FROM ${locked}))`;
  }

  /** Spends the code once the attempt is redeemed by it. */
  accept(
    { now }: RequestContext,
    locked: Part<LockedCode>,
    verdict: Part<{ outcome: string }>,
  ): Part<OfAccount> {
    return part(
      'spent',
      sql`
      UPDATE backup_codes b SET used_at = ${now}::timestamptz FROM ${locked} l, ${verdict} v
      WHERE v.outcome = 'redeemed' AND b.account_id = l.account_id AND b.code_hash = l.code_hash
      RETURNING b.account_id`,
    );
  }
}

/** Puts codes down: rows of `account_id`, `hash`, and `sealed` where the owner may read the code again. */
export function insertBackupCodes({ now }: Pick<RequestContext, 'now'>, codes: Sql): Part<OfAccount> {
  return part(
    'backup_codes_issued',
    sql`
    INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
    SELECT c.account_id, c.hash, c.sealed, ${now}::timestamptz FROM (${codes}) c RETURNING account_id`,
  );
}

/** Forgets the backup codes of the account. */
export function dropBackupCodes(from: Part<OfAccount>): Part<OfAccount> {
  return part(
    'backup_codes_dropped',
    sql`DELETE FROM backup_codes b USING ${from} f WHERE b.account_id = f.account_id RETURNING b.account_id`,
  );
}

function randomCode(length: number): string {
  for (;;) {
    const code = Array.from(
      { length },
      () => BACKUP_CODE_ALPHABET[randomInt(BACKUP_CODE_ALPHABET.length)],
    ).join('');
    if (isBackupCode(code)) return code;
  }
}
