import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Parts, raw, type Sql, sql } from '@app/database';
import { KeyRing, type Call } from '@app/kernel';

export interface BackupCodeForm {
  count: number;
  length: number;
  /** Whether the owner may read them again (`readable`). */
  kept?: boolean;
}

const LABEL = 'backup-code';
// Without the pairs that are mistaken for one another when they are read from paper.
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * Backup codes: shown once, good once each. They are guessable secrets: checked only through the attempts, in their
 * limits, by the parts below.
 */
@Injectable()
export class BackupCodes {
  constructor(private readonly keyRing: KeyRing) {}

  /**
   * New codes for the account, and the parts that put them in the place of all it has, for each row of part `from`
   * (its `account_id`, which must be this account). No code looks like one of an authenticator: each has a letter.
   */
  issue(
    { now }: Call,
    accountId: string,
    { count, length, kept = false }: BackupCodeForm,
    from: string,
  ): { codes: string[]; parts: Parts } {
    const codes = Array.from({ length: count }, () => randomCode(length));
    const hashes = codes.map((code) => this.keyRing.mac(LABEL, accountId, code).hash);
    const sealed = codes.map((code) => (kept ? this.keyRing.seal(LABEL, accountId, code) : null));
    return {
      codes,
      parts: {
        backup_codes_dropped: dropBackupCodes(from),
        backup_codes_issued: sql`
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, ${now}::timestamptz
          FROM ${raw(from)} f, unnest(${hashes}::text[], ${sealed}::text[]) AS h (hash, sealed)
          WHERE f.account_id = ${accountId}::bigint RETURNING account_id`,
      },
    };
  }

  /** Statement's answer: the codes of the account in part `from` that were kept for its owner, sealed: `{code_sealed, used}`. */
  keptOf(from: string): Sql {
    return sql`
      SELECT b.code_sealed, b.used_at IS NOT NULL AS used FROM backup_codes b JOIN ${raw(from)} f USING (account_id)
      WHERE b.code_sealed IS NOT NULL ORDER BY b.code_hash`;
  }

  /** A kept code in plain. */
  reveal(accountId: string, sealed: string): string {
    return this.keyRing.unseal(LABEL, accountId, sealed);
  }

  /** Part: the accounts of part `from` that have no codes, not even used ones: `{account_id}`. */
  lackedBy(from: string): Sql {
    return sql`
      SELECT f.account_id FROM ${raw(from)} f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)`;
  }

  /** Part: the unused code of the account that this text is, locked: `{account_id, code_hash}`. */
  locked(accountId: string, code: string): Sql {
    const hashes = this.keyRing.macs(LABEL, accountId, asStored(code));
    return sql`
      SELECT account_id, code_hash FROM backup_codes
      WHERE account_id = ${accountId}::bigint AND code_hash = ANY(${hashes}::text[]) AND used_at IS NULL FOR UPDATE`;
  }

  /** Condition: part `locked` has found a code. */
  isRight(locked: string): Sql {
    return sql`(EXISTS (SELECT FROM ${raw(locked)}))`;
  }

  /** Part: spends the code of part `locked` once the attempt in part `verdict` is redeemed by it. */
  accept({ now }: Call, locked: string, verdict: string): Sql {
    return sql`
      UPDATE backup_codes b SET used_at = ${now}::timestamptz FROM ${raw(locked)} l, ${raw(verdict)} v
      WHERE v.outcome = 'redeemed' AND b.account_id = l.account_id AND b.code_hash = l.code_hash
      RETURNING b.account_id`;
  }
}

/** Part: forgets the backup codes of the accounts in part `from`. */
export function dropBackupCodes(from: string): Sql {
  return sql`DELETE FROM backup_codes b USING ${raw(from)} f WHERE b.account_id = f.account_id RETURNING b.account_id`;
}

function randomCode(length: number): string {
  for (;;) {
    const code = Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    if (/[a-z]/.test(code)) return code;
  }
}

/** As people type it from paper. */
function asStored(code: string): string {
  return code.replace(/[\s-]/g, '').toLowerCase();
}
