import type { AuthError } from '@app/kernel';
import { layout, markup, type PageDocument, type Speech } from '@app/pages';

const SAID = [403, 404, 429, 503] as const;

/** A refusal to a person in front of a browser. */
export function errorPage(status: number, { details }: AuthError, speech: Speech): PageDocument {
  const name = `error.${SAID.find((said) => said === status) ?? 'other'}` as const;
  const text = speech.say(`${name}.text`, { seconds: details.retryAfterSeconds ?? 1 });
  return layout(speech, speech.say(name), markup`<p role="alert">${text}</p>`);
}
