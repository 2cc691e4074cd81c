import { type Part, sql } from '@app/database';
import { insertSession, proofs } from './insert-session.js';
import type { SessionStage } from './session.entity.js';
import type { Proof } from './sessions.repository.js';
import { digest, plusSeconds, randomToken, type Call } from '@app/kernel';

/** A session, and whether it is signed in. */
export interface StagedSession {
  session_id: string | null;
  account_id: string | null;
  stage: SessionStage;
}

/** How long a session made now lives: while it waits for a second factor, and signed in. `config.sessions`. */
export interface SessionLives {
  pendingSeconds: number;
  lifeSeconds: number;
}

/**
 * What a proven first factor makes when its attempt was begun in a browser session: a session of the account inside that
 * browser session, signed in, or pending when the account has a second factor. No row for any other verdict.
 *
 * Nobody holds a credential of this session: it is reached through the browser session's token alone. It carries the stamp of the
 * attempt, so that whatever happens to the account while this statement runs ends it. A channel that is the account's second
 * factor makes no session: one mailbox is never two factors.
 */
export function browserSignIn(
  call: Call,
  verdict: Part<Proof & { attempt_id: string | null }>,
  lives: SessionLives,
): Part<StagedSession> {
  const columns = {
    ...withoutCredential(call, lives),
    id: call.nextId(),
    stage: sql`CASE WHEN x.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END`,
    amr: proofs(call, sql`f.method`),
    browserSessionId: sql`a.browser_session_id`,
    browserAttemptId: sql`a.browser_attempt_id`,
  };
  return insertSession(
    { ...call, protocol: 'wacht' },
    columns,
    sql`
    FROM ${verdict} f JOIN attempts a ON a.id = f.attempt_id JOIN accounts x ON x.id = a.account_id
    WHERE f.outcome = 'redeemed' AND a.purpose = 'sign_in' AND a.browser_session_id IS NOT NULL AND a.session_id IS NULL
      AND x.disabled_at IS NULL AND x.second_factor <> a.method`,
  );
}

/** What a session of a browser session has in the place of a credential that somebody holds, and how long it lives. */
export function withoutCredential({ now }: Call, { pendingSeconds, lifeSeconds }: SessionLives) {
  return {
    tokenHash: digest(randomToken(256)),
    signedInUntil: plusSeconds(now, lifeSeconds),
    pendingUntil: plusSeconds(now, pendingSeconds),
  };
}
