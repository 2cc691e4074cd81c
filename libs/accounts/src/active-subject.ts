import type { Parts } from '@app/database';
import type { Identifier, KeyRing } from '@app/kernel';
import sql, { raw } from 'sql-template-tag';

/** Whose guesses and mails are counted for an identifier that no account has: a keyed hash, so that the tables name nobody. */
export function strangerOf(identifier: Identifier, keyRing: KeyRing): string {
  return `?${keyRing.mac('subject', identifier.kind, identifier.value).hash}`;
}

/**
 * Parts like `subjectParts`, for whom only accounts exist whose owner has proven an address: `known` and `subject`. An
 * account that somebody registered and nobody proved is nobody's.
 */
export function activeSubjectParts(identifier: Identifier, keyRing: KeyRing): Parts {
  return {
    known: sql`
      SELECT id AS account_id FROM accounts
      WHERE ${raw(identifier.kind)} = ${identifier.value} AND disabled_at IS NULL AND activated_at IS NOT NULL FOR SHARE`,
    subject: sql`
      SELECT coalesce(k.account_id::text, ${strangerOf(identifier, keyRing)}::text) AS subject, k.account_id
      FROM (VALUES (1)) one LEFT JOIN known k ON true`,
  };
}
