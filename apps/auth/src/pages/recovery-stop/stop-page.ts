import { layout, markup, type Language, type Page } from '@app/pages';
import { stopPageWords, type StopState } from './stop-page.words.js';

/** The page behind the link of the mail. */
export function stopPage(state: StopState, language: Language): Page {
  const say = stopPageWords[language];
  // The form has no address of its own, so it goes to where the page is, token and all; and no field, so its body is empty.
  const form = markup`<form method="post"><button>${say.stop}</button></form>`;
  const body = markup`<p>${say[state]}</p>
${state === 'asked' ? form : ''}`;
  return { status: 200, html: layout(language, say.title, body) };
}
