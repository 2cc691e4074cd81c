import type { FoundAccounts } from '@app/administration';
import { markup, type Markup, type Speech } from '@app/pages';
import type { Content } from '../shell/console-shell.presenter.js';
import type { Visit } from '../shell/visit.js';
import { nameOf, stateOf } from './account-words.js';

export function searchPage(visit: Visit, text: string, { accounts, cursor }: FoundAccounts): Content {
  const { speech, base } = visit;
  const path = `${base}/console/accounts`;
  const body = markup`<form method="get" action="${path}" class="search" role="search">
<label>${speech.say('console.search_field')}
<input type="search" name="q" value="${text}" autocomplete="off" spellcheck="false"></label>
<button>${speech.say('console.search')}</button>
</form>
${accounts.length ? list(speech, path, accounts) : markup`<p role="status">${speech.say('console.nobody')}</p>`}
${cursor === undefined ? '' : more(speech, path, text, cursor)}`;
  return { title: speech.say('console.people'), body, place: '/accounts' };
}

function list(speech: Speech, path: string, accounts: FoundAccounts['accounts']): Markup {
  const items = accounts.map(
    (account) => markup`<li><p><a href="${path}/${account.id}"><strong>${nameOf(account)}</strong></a></p>
<p class="quiet">${others(account)}</p>
<p class="quiet">${speech.say(`console.state_${stateOf(account)}`)} · ${speech.time(account.createdAt.toISOString())}</p></li>
`,
  );
  return markup`<ul class="cards">
${items}</ul>`;
}

const others = ({ id, email, username, phone }: FoundAccounts['accounts'][number]): string =>
  [email, username, phone, id].filter((name) => name !== null).join(' · ');

function more(speech: Speech, path: string, text: string, cursor: string): Markup {
  const query = new URLSearchParams({ ...(text && { q: text }), cursor });
  return markup`<p><a href="${path}?${query.toString()}">${speech.say('console.next_page')}</a></p>`;
}
