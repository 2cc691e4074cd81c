import { instant, sessionFacts } from '@app/administration';
import type { SessionEntity } from '@app/sessions';
import { table, type Answer } from './answer.js';

export function sessionsView(sessions: SessionEntity[]): Answer {
  const lines = sessions.flatMap((session, index) => [...(index ? [''] : []), ...sessionLines(session)]);
  return {
    lines: lines.length ? lines : ['No live sessions.'],
    json: { sessions: sessions.map(sessionFacts) },
  };
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
