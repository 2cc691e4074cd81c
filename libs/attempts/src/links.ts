import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { AttemptMethod, AttemptPurpose, AttemptStatus } from './attempt.entity.js';
import { isAllowed } from './conditions.js';
import type { OpenedAttempt } from './new-attempt.js';
import { ENDED } from './tallies.js';

/** A link that somebody shows. */
export interface LinkState {
  attempt_id: string;
  account_id: string;
  protocol: string;
  state: AttemptStatus;
}

/** What has become of the attempts that meet `which`, a condition on attempt `a`; `open`: it could still be redeemed. */
export function linkState({ now }: Pick<RequestContext, 'now'>, which: Sql): Part<LinkState> {
  return part(
    'link_state',
    sql`
    SELECT a.id::text AS attempt_id, a.account_id, a.protocol,
      CASE WHEN a.status = 'open' AND a.expires_at <= ${now}::timestamptz THEN 'expired'
        WHEN a.status = 'open' AND NOT ${isAllowed('a')} THEN 'superseded' ELSE a.status END AS state
    FROM attempts a WHERE ${which}`,
  );
}

/** Keeps what the page of a link says of the call that asked for it, and where it leads. */
export function insertLinkPage(
  { client }: Pick<RequestContext, 'client'>,
  redirectUrl: string | undefined,
  link: Part<OpenedAttempt>,
): Part<{ attempt_id: string }> {
  return part(
    'link_page',
    sql`
    INSERT INTO magic_links (attempt_id, redirect_url, client_address, user_agent)
    SELECT id, ${redirectUrl ?? null}, ${client.address}, ${client.userAgent} FROM ${link} RETURNING attempt_id`,
  );
}

/** A proven first factor of a sign-in that was begun in a browser session. */
export interface ProvenInBrowser {
  account_id: string | null;
  security_stamp: number | null;
  method: AttemptMethod | null;
  browser_session_id: string;
  browser_attempt_id: string;
}

/** The redeemed attempt with the browser session that it was begun in; no row where it was begun elsewhere. */
export function provenInBrowser(
  verdict: Part<
    Pick<ProvenInBrowser, 'account_id' | 'security_stamp' | 'method'> & {
      attempt_id: string | null;
      outcome: string;
    }
  >,
): Part<ProvenInBrowser> {
  return part(
    'proven_in_browser',
    sql`
    SELECT v.account_id, v.security_stamp, v.method, a.browser_session_id, a.browser_attempt_id
    FROM ${verdict} v JOIN attempts a ON a.id = v.attempt_id
    WHERE v.outcome = 'redeemed' AND a.purpose = 'sign_in' AND a.browser_session_id IS NOT NULL AND a.session_id IS NULL`,
  );
}

/** See `AttemptsRepository.spendLinks`. `used`: condition on attempt `a`, true for the link that was used. */
export function spendLinks(
  now: Date,
  purposes: AttemptPurpose[],
  used: Sql,
  from: Part<{ account_id: string }>,
): Part<{ id: string }> {
  return part(
    'spent_links',
    sql`
      UPDATE attempts a SET status = CASE WHEN ${used} THEN 'consumed' ELSE 'superseded' END, closed_at = ${now}::timestamptz
      FROM ${from} f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY(${purposes}::text[])
        AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status`,
    ENDED,
  );
}

/** See `AttemptsRepository.dismiss`. `link`: condition on attempt `a`. */
export function dismissLink(
  now: Date,
  link: Sql,
): Part<{ id: string; account_id: string | null; session_id: string | null }> {
  const target = part(
    'target',
    sql`
        SELECT a.subject, a.purpose, a.browser_attempt_id FROM attempts a
        WHERE ${link} AND a.purpose IN ('magic_link', 'sign_in')`,
  );
  return part(
    'dismissed',
    sql`
        UPDATE attempts a SET status = 'superseded', closed_at = ${now}::timestamptz FROM ${target} t
        WHERE a.subject = t.subject AND a.purpose = t.purpose AND a.status = 'open'
          AND a.browser_attempt_id IS NOT DISTINCT FROM t.browser_attempt_id AND (t.purpose = 'magic_link' OR t.browser_attempt_id IS NOT NULL)
        RETURNING a.id, a.account_id, a.session_id, a.purpose, a.method, a.status`,
    ENDED,
  );
}
