import { layout, markup, type Page, type Speech } from '@app/pages';

/** Where a recovery stands when somebody looks. */
export type StopState = 'asked' | 'stopped' | 'nothing';

/** The page behind the link of the mail. */
export function stopPage(state: StopState, speech: Speech): Page {
  // The form has no address of its own, so it goes to where the page is, token and all; and no field, so its body is empty.
  const form = markup`<form method="post"><button>${speech.say('stop.stop')}</button></form>`;
  const body = markup`<p>${speech.say(`stop.${state}`)}</p>
${state === 'asked' ? form : ''}`;
  return { status: 200, document: layout(speech, speech.say('stop.title'), body) };
}
