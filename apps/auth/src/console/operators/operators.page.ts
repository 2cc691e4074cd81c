import { ROLES, type OperatorEntity, type Role, type SentInvitation } from '@app/operators';
import { markup, type Markup, type Speech } from '@app/pages';
import type { Content } from '../shell/console-shell.presenter.js';
import { postForm } from '../shell/post-form.js';
import type { Visit } from '../shell/visit.js';

/** What stands above the list: a link that was just made, or why there is none. */
export type News = { sent: SentInvitation } | { refused: 'operator_there' | 'not_yourself' };

export function operatorsPage(visit: Visit, operators: OperatorEntity[], now: Date, news?: News): Content {
  const { speech } = visit;
  const items = operators.map((operator) => one(visit, operator, now));
  const body = markup`${news ? newsOf(speech, news) : ''}
<ul class="cards">
${items}</ul>
<section><h2>${speech.say('console.invite_ask')}</h2>
${inviteForm(visit)}</section>`;
  const refused = news !== undefined && 'refused' in news;
  return {
    ...(refused && { status: 409 }),
    title: speech.say('console.operators'),
    body,
    place: '/operators',
  };
}

function newsOf(speech: Speech, news: News): Markup {
  if ('refused' in news) return markup`<p role="alert">${speech.say(`console.${news.refused}`)}</p>`;
  const { email, link, expiresAt } = news.sent;
  const time = speech.time(expiresAt.toISOString());
  return markup`<section class="note" role="status"><h2>${speech.say('console.link_for', { email })}</h2>
<p><code>${link}</code></p>
<p>${speech.say('console.link_once', { time })}</p></section>`;
}

function one(visit: Visit, operator: OperatorEntity, now: Date): Markup {
  const { speech } = visit;
  const isOther = operator.id !== visit.operator?.operator_id;
  const path = `/operators/${operator.id}`;
  const deeds = markup`<div class="row">${postForm(visit, `${path}/reset`, speech.say('console.reset'))}
${postForm(visit, `${path}/remove`, speech.say('console.remove'), { kind: 'danger' })}</div>`;
  return markup`<li><p><strong>${operator.email}</strong></p>
<p class="quiet">${speech.say(`console.role_${operator.role}`)} · ${speech.say(`console.operator_${stateOf(operator, now)}`)}</p>
${isOther ? deeds : ''}</li>
`;
}

function inviteForm(visit: Visit): Markup {
  const { speech } = visit;
  const roles = (Object.keys(ROLES) as Role[]).map(
    (role) => markup`<option value="${role}">${speech.say(`console.role_${role}`)}</option>
`,
  );
  const fields = markup`<label>${speech.say('console.email')}
<input type="email" name="email" autocomplete="off" required></label>
<label>${speech.say('console.role')}
<select name="role">
${roles}</select></label>
`;
  return postForm(visit, '/operators', speech.say('console.invite'), { fields, kind: 'primary' });
}

function stateOf({ passwordHash, invitationExpiresAt }: OperatorEntity, now: Date) {
  if (passwordHash !== null) return 'active';
  return invitationExpiresAt !== null && invitationExpiresAt > now ? 'invited' : 'expired';
}
