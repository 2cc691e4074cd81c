import { markup, type Markup } from '@app/pages';
import type { SessionEntity } from '@app/sessions';
import { postForm } from '../shell/post-form.js';
import type { Visit } from '../shell/visit.js';
import type { Person } from './person.js';

/** Each live session with the device it is on, as far as that said what it is. */
export function sessionList(visit: Visit, { account, sessions }: Person): Markup {
  const { speech } = visit;
  if (!sessions.length) return markup`<p>${speech.say('console.no_sessions')}</p>`;
  const path = `/accounts/${account.id}/sessions`;
  const items = sessions.map((session) => one(visit, session, `${path}/${session.id}/end`));
  return markup`<ul class="cards">
${items}</ul>
${postForm(visit, `${path}/end`, speech.say('console.end_all'))}`;
}

function one(visit: Visit, session: SessionEntity, end: string): Markup {
  const { speech } = visit;
  const { protocol, stage, clientAddress, userAgent, createdAt, expiresAt } = session;
  return markup`<li><p><strong>${protocol}</strong> · ${speech.say(`console.session_${stage}`)}</p>
<p>${userAgent} · ${clientAddress}</p>
<p class="quiet">${speech.say('console.since')}: ${speech.time(createdAt.toISOString())}<br>
${speech.say('console.expires')}: ${speech.time(expiresAt.toISOString())}</p>
${postForm(visit, end, speech.say('console.end'))}</li>
`;
}
