import { sql, type Sql } from '@app/database';
import { MAILBOX_RULES } from './mailbox-providers.js';

const rules = MAILBOX_RULES.flatMap(({ domains, oneName, ignored = '', tag = null }) =>
  domains.map((domain) => ({ domain, name: oneName ? domains[0] : domain, ignored, tag })),
);
/** Bound as a value: the text of the statement stays the same when a provider is added. */
const RULES = JSON.stringify(rules);

/**
 * The mailbox that the address `r.address` leads to, by which its mails are counted: in lower case, and where its provider is known to
 * leave out dots and tags, without them. Never an address to write to. A phone is what it is.
 */
export const mailboxKey: Sql = sql`
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset(${RULES}::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address))`;
