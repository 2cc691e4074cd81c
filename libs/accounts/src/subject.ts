import { part, type Part, raw, type Sql, sql } from '@app/database';
import type { Identifier, KeyRing } from '@app/kernel';
import type { HeldAccount } from './held-account.js';
import { isNamed, likeliest, type Name } from './named.js';

/** Whose guesses and mails are counted; with the account, if there is one. */
export interface Subject {
  subject: string;
  account_id: string | null;
  security_stamp: number | null;
}

/** Whose guesses and mails are counted for a name that no account has: a keyed hash, so that the tables name nobody. */
export function unknownSubject(name: Name, keyRing: KeyRing): string {
  return `?${keyRing.mac('subject', name.kind, name.value).hash}`;
}

/**
 * Finds whom a name means: `known`, the account if there is one and it is not disabled, held like `lockAccountForShare` does; and
 * `subject`, which always has one row.
 *
 * A name that no account has is a subject too (`unknownSubject`): an unknown person meets the same statements, limits and
 * answers as a known one. So is one whose account does not meet `also`, a condition on table `accounts` that is
 * never null. `lock`: held alone by a statement that goes on to change it; of two that only shared it neither could.
 */
export function subjectParts(
  name: Name,
  keyRing: KeyRing,
  also: Sql = sql`true`,
  lock: 'SHARE' | 'NO KEY UPDATE' = 'SHARE',
): { known: Part<HeldAccount>; subject: Part<Subject> } {
  const known = part<HeldAccount>(
    'known',
    sql`
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE ${isNamed(name)} AND disabled_at IS NULL AND ${also} ${likeliest(name)} FOR ${raw(lock)}`,
  );
  const subject = part<Subject>(
    'subject',
    sql`
      SELECT coalesce(k.account_id::text, ${unknownSubject(name, keyRing)}::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN ${known} k ON true`,
  );
  return { known, subject };
}

/**
 * `subjectParts` for whom only accounts exist whose owner has proven an address. An account that somebody registered
 * and nobody proved is nobody's.
 */
export function activeSubjectParts(
  identifier: Identifier,
  keyRing: KeyRing,
): ReturnType<typeof subjectParts> {
  return subjectParts(identifier, keyRing, sql`activated_at IS NOT NULL`);
}
