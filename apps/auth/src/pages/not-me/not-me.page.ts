import { layout, markup, type Page, type Speech } from '@app/pages';

/** What somebody sees who says that a message was not asked for by them. */
export type NotMeState = 'asked' | 'done' | 'guarded' | 'unknown';

/** The page behind the link that stands in every mail. */
export function notMePage(state: NotMeState, speech: Speech): Page {
  // The form has no address of its own, so it goes to where the page is, token and all; and no field, so its body is empty.
  const form = markup`<form method="post"><button>${speech.say('not_me.confirm')}</button></form>`;
  const body = markup`<p>${speech.say(`not_me.${state}`)}</p>
${state === 'asked' ? form : ''}`;
  const document = layout(speech, speech.say('not_me.title'), body);
  return { status: state === 'unknown' ? 404 : 200, document };
}
