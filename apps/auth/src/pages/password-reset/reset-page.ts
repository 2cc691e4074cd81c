import { PASSWORD_LENGTH } from '@app/accounts';
import { layout, markup, type Page, type Speech } from '@app/pages';
import type { Refusal, ResetOutcome } from './reset-page.service.js';

/** What the page says of an outcome. */
export function resetPage(outcome: ResetOutcome, speech: Speech): Page {
  if (outcome.kind === 'ask') return askPage(outcome.token, speech, outcome.refused);
  const name = `reset.${outcome.kind === 'done' ? 'done' : 'dead'}` as const;
  const document = layout(speech, speech.say(name), markup`<p>${speech.say(`${name}.text`)}</p>`);
  return { status: outcome.kind === 'done' ? 200 : 410, document };
}

function askPage(token: string, speech: Speech, refused?: Refusal): Page {
  const { min, max } = PASSWORD_LENGTH;
  const problem = refused && complaint(speech, refused);
  const body = markup`${problem ? markup`<p role="alert">${problem}</p>` : ''}
<form method="post">
<input type="hidden" name="token" value="${token}">
<label>${speech.say('reset.field', { min, max })}
<input type="password" name="password" autocomplete="new-password" minlength="${min}" maxlength="${max}" required></label>
<button>${speech.say('reset.change')}</button>
</form>`;
  return { status: refused ? 400 : 200, document: layout(speech, speech.say('reset.ask'), body) };
}

/** What makes a password weak is known in English alone. */
function complaint(speech: Speech, refused: Refusal): string {
  if (refused.problem !== 'weak') return speech.say('reset.length', PASSWORD_LENGTH);
  return speech.language === 'en' ? refused.reason : speech.say('reset.weak');
}
