import { PASSWORD_LENGTH } from '@app/accounts';
import { layout, markup, type Language, type Page } from '@app/pages';
import type { Refusal, ResetOutcome } from './reset-page.service.js';
import { resetPageWords } from './reset-page.words.js';

const { min, max } = PASSWORD_LENGTH;

/** What the page says of an outcome. */
export function resetPage(outcome: ResetOutcome, language: Language): Page {
  if (outcome.kind === 'ask') return askPage(outcome.token, language, outcome.refused);
  const { done, doneMeans, dead, deadMeans } = resetPageWords[language];
  return outcome.kind === 'done'
    ? { status: 200, html: layout(language, done, markup`<p>${doneMeans}</p>`) }
    : { status: 410, html: layout(language, dead, markup`<p>${deadMeans}</p>`) };
}

function askPage(token: string, language: Language, refused?: Refusal): Page {
  const say = resetPageWords[language];
  const problem = refused && (refused.problem === 'weak' ? say.weak(refused.reason) : say.length(min, max));
  const body = markup`${problem ? markup`<p role="alert">${problem}</p>` : ''}
<form method="post">
<input type="hidden" name="token" value="${token}">
<label>${say.field(min, max)}
<input type="password" name="password" autocomplete="new-password" minlength="${min}" maxlength="${max}" required></label>
<button>${say.change}</button>
</form>`;
  return { status: refused ? 400 : 200, html: layout(language, say.ask, body) };
}
