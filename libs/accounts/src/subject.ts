import { type Parts, raw, type Sql, sql } from '@app/database';
import type { Identifier, KeyRing } from '@app/kernel';

/** What names a person: an identifier they chose, or their account's UUID. */
type Name = Identifier | { kind: 'uuid'; value: string };

/** Whose guesses and mails are counted for a name that no account has: a keyed hash, so that the tables name nobody. */
export function strangerOf(name: Name, keyRing: KeyRing): string {
  return `?${keyRing.mac('subject', name.kind, name.value).hash}`;
}

/**
 * Parts that find whom a name means: `known`, the account if there is one and it is not disabled, held like
 * `holdAccount` does; and `subject`, always one row of `{subject, account_id, security_stamp}`, whose guesses and mails are counted.
 *
 * A name that no account has is a subject too (`strangerOf`): an unknown person meets the same statements, limits and
 * answers as a known one. So is one whose account does not meet `also`, a condition on table `accounts` that is
 * never null.
 */
export function subjectParts(name: Name, keyRing: KeyRing, also: Sql = sql`true`): Parts {
  return {
    known: sql`
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE ${raw(name.kind)} = ${name.value} AND disabled_at IS NULL AND ${also} FOR SHARE`,
    subject: sql`
      SELECT coalesce(k.account_id::text, ${strangerOf(name, keyRing)}::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true`,
  };
}

/**
 * `subjectParts` for whom only accounts exist whose owner has proven an address. An account that somebody registered
 * and nobody proved is nobody's.
 */
export function activeSubjectParts(identifier: Identifier, keyRing: KeyRing): Parts {
  return subjectParts(identifier, keyRing, sql`activated_at IS NOT NULL`);
}
