import { type Part, sql } from '@app/database';
import { insertSession, proofs } from './insert-session.js';
import type { SessionStage } from './session.entity.js';
import type { SessionRules } from './session-rules.js';
import type { SessionOwner } from './sessions.repository.js';
import { digest, plusSeconds, randomToken, type RequestContext } from '@app/kernel';

/** A session, and whether it is signed in. */
export interface StagedSession {
  session_id: string | null;
  account_id: string | null;
  stage: SessionStage;
}

/** Who has proven a first factor in a browser session. */
export interface BrowserEntrant extends SessionOwner {
  method: string | null;
  second_factor: string;
  browser_session_id: string;
  browser_attempt_id: string;
}

/**
 * What a proven first factor makes when its attempt was begun in a browser session: a session of the account inside that
 * browser session, signed in, or pending when the account has a second factor.
 *
 * Nobody holds a credential of this session: it is reached through the browser session's token alone. It carries the stamp of the
 * attempt, so that whatever happens to the account while this statement runs ends it.
 */
export function browserSignIn(
  call: RequestContext,
  entrant: Part<BrowserEntrant>,
  rules: SessionRules,
): Part<StagedSession> {
  const columns = {
    ...withoutCredential(call, rules),
    id: call.nextId(),
    stage: sql`CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END`,
    amr: proofs(call, sql`f.method`),
    browserSessionId: sql`f.browser_session_id`,
    browserAttemptId: sql`f.browser_attempt_id`,
  };
  return insertSession(call, rules, columns, entrant);
}

/** What a session of a browser session has in the place of a credential that somebody holds, and how long it lives. */
export function withoutCredential({ now }: RequestContext, { pendingSeconds, lifeSeconds }: SessionRules) {
  return {
    tokenHash: digest(randomToken(256)),
    signedInUntil: plusSeconds(now, lifeSeconds),
    pendingUntil: plusSeconds(now, pendingSeconds),
  };
}
