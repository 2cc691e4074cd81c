import type { Parts } from '@app/database';
import type { Identifier, KeyRing } from '@app/kernel';
import sql, { raw, type Sql } from 'sql-template-tag';

/**
 * Parts that find whom an identifier names: `known`, the account if there is one and it is not disabled, held like
 * `holdAccount` does; and `subject`, always one row of `{subject, account_id}`, whose guesses and mails are counted.
 *
 * An identifier that no account has is a subject too, under a keyed hash of it: an unknown person meets the same
 * statements, limits and answers as a known one, and the tables name nobody. So is one whose account does not meet
 * `also`, a condition on table `accounts` that is never null.
 */
export function subjectParts(
  identifier: Identifier | { kind: 'uuid'; value: string },
  keyRing: KeyRing,
  also: Sql = sql`true`,
): Parts {
  const stranger = `?${keyRing.mac('subject', identifier.kind, identifier.value).hash}`;
  return {
    known: sql`
      SELECT id AS account_id FROM accounts
      WHERE ${raw(identifier.kind)} = ${identifier.value} AND disabled_at IS NULL AND ${also} FOR SHARE`,
    subject: sql`
      SELECT coalesce(k.account_id::text, ${stranger}::text) AS subject, k.account_id
      FROM (VALUES (1)) one LEFT JOIN known k ON true`,
  };
}
