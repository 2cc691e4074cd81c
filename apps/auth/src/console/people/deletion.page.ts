import type { AccountEntity } from '@app/accounts';
import { markup } from '@app/pages';
import type { Content } from '../shell/console-shell.presenter.js';
import { postForm } from '../shell/post-form.js';
import type { Visit } from '../shell/visit.js';
import { nameOf } from './account-words.js';

/** The second look: whoever deletes an account has typed its name. `wrong`: another one. */
export function deletionPage(visit: Visit, account: AccountEntity, wrong = false): Content {
  const { speech, base } = visit;
  const path = `/accounts/${account.id}`;
  const name = nameOf(account);
  const fields = markup`<label>${speech.say('console.delete_field')}
<input name="name" autocomplete="off" spellcheck="false" required></label>
`;
  const body = markup`${wrong ? markup`<p role="alert">${speech.say('console.delete_wrong')}</p>` : ''}
<p>${speech.say('console.delete_means', { name })}</p>
${postForm(visit, `${path}/delete`, speech.say('console.delete'), { fields, kind: 'danger' })}
<p><a href="${base}/console${path}">${speech.say('console.back')}</a></p>`;
  return {
    ...(wrong && { status: 400 }),
    title: speech.say('console.delete_ask'),
    body,
    place: '/accounts',
  };
}
