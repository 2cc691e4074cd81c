import { mayDo } from '@app/operators';
import { markup, type Markup } from '@app/pages';
import type { Content } from '../shell/console-shell.presenter.js';
import { postForm } from '../shell/post-form.js';
import type { Visit } from '../shell/visit.js';
import { nameOf, stateOf } from './account-words.js';
import { lockList } from './locks.page.js';
import type { Person } from './person.js';
import { sessionList } from './sessions.page.js';
import { story } from './story.page.js';

export function personPage(visit: Visit, person: Person): Content {
  const { account, identities } = person;
  const { speech } = visit;
  const body = markup`${names(visit, person)}
${deeds(visit, person)}
<section><h2>${speech.say('console.locks')}</h2>
${lockList(visit, person)}</section>
<section><h2>${speech.say('console.sessions')}</h2>
${sessionList(visit, person)}</section>
${identities.length ? identityList(visit, person) : ''}
<section><h2>${speech.say('console.story')}</h2>
${story(visit, account.id, person.story)}</section>`;
  return { title: nameOf(account), body, place: '/accounts' };
}

function names({ speech }: Visit, { account }: Person): Markup {
  const { id, email, username, phone, language, createdAt, secondFactor, deletionDueAt } = account;
  const state = deletionDueAt
    ? speech.say('console.deleting', { time: speech.time(deletionDueAt.toISOString()) })
    : speech.say(`console.state_${stateOf(account)}`);
  const rows = [
    [speech.say('console.state'), state],
    [speech.say('console.email'), email],
    [speech.say('console.username'), username],
    [speech.say('console.phone'), phone],
    [speech.say('console.second_factor'), speech.say(`console.factor_${secondFactor}`)],
    [speech.say('console.language'), language],
    [speech.say('console.since'), speech.time(createdAt.toISOString())],
    ['ID', id],
  ] as const;
  const shown = rows.map(([label, value]) =>
    value === null
      ? markup``
      : markup`<dt>${label}</dt><dd>${value}</dd>
`,
  );
  return markup`<dl>
${shown}</dl>`;
}

/** What this operator may do with it, as its state lets them. */
function deeds(visit: Visit, { account }: Person): Markup {
  const { speech, operator } = visit;
  const path = `/accounts/${account.id}`;
  const isAdmin = operator !== undefined && mayDo(operator.role, 'admin');
  const turn = account.disabledAt ? 'enable' : 'disable';
  return markup`<div class="row">
${account.email && !account.disabledAt ? postForm(visit, `${path}/send`, speech.say('console.send_again')) : ''}
${isAdmin && !account.deletionDueAt ? postForm(visit, `${path}/${turn}`, speech.say(`console.${turn}`)) : ''}
${isAdmin ? deletion(visit, account) : ''}
</div>`;
}

/** The way to it, or back from it while there is time. */
function deletion(visit: Visit, { id, deletionDueAt }: Person['account']): Markup {
  const { speech, base } = visit;
  if (deletionDueAt) return postForm(visit, `/accounts/${id}/restore`, speech.say('console.restore'));
  return markup`<a href="${base}/console/accounts/${id}/delete">${speech.say('console.delete')}</a>`;
}

function identityList({ speech }: Visit, { identities }: Person): Markup {
  const items = identities.map(
    ({ provider, subject }) => markup`<li>${provider}: <code>${subject}</code></li>
`,
  );
  return markup`<section><h2>${speech.say('console.identities')}</h2>
<ul>
${items}</ul></section>`;
}
