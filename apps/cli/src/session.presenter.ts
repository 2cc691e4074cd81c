import { instant, only } from '@app/administration';
import type { SessionEntity } from '@app/sessions';
import { table, type Answer } from './answer.js';

/** Everything about a session but the hash of its credential. */
export function sessionsView(sessions: SessionEntity[]): Answer {
  const listed = sessions.map((session) => ({
    ...only(session, 'id', 'protocol', 'stage', 'amr', 'clientAddress', 'userAgent'),
    ...only(session, 'createdAt', 'signedInAt', 'expiresAt'),
  }));
  const lines = sessions.flatMap((session, index) => [...(index ? [''] : []), ...sessionLines(session)]);
  return { lines: lines.length ? lines : ['No live sessions.'], json: { sessions: listed } };
}

function sessionLines(session: SessionEntity): string[] {
  return table([
    ['id', session.id],
    ['protocol', session.protocol],
    ['stage', session.stage === 'pending' ? 'waits for the second factor' : 'signed in'],
    ['proofs', session.amr.map(({ method }) => method).join(', ')],
    ['from', session.clientAddress],
    ['browser', session.userAgent || null],
    ['since', instant(session.signedInAt ?? session.createdAt)],
    ['until', instant(session.expiresAt)],
  ]);
}
