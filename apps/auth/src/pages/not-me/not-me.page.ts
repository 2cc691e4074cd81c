import { layout, markup, type Language, type Page } from '@app/pages';
import { notMeWords, type NotMeState } from './not-me.words.js';

/** The page behind the link that stands in every mail. */
export function notMePage(state: NotMeState, language: Language): Page {
  const say = notMeWords[language];
  // The form has no address of its own, so it goes to where the page is, token and all; and no field, so its body is empty.
  const form = markup`<form method="post"><button>${say.confirm}</button></form>`;
  const body = markup`<p>${say[state]}</p>
${state === 'asked' ? form : ''}`;
  return { status: state === 'unknown' ? 404 : 200, html: layout(language, say.title, body) };
}
