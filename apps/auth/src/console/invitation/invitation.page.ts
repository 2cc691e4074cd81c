import { PASSWORD_LENGTH } from '@app/accounts';
import { markup, qrCodeUrl, type Speech } from '@app/pages';
import type { ChangedOperator, OfferedAuthenticator } from '@app/operators';
import type { Content } from '../shell/console-shell.presenter.js';
import type { Visit } from '../shell/visit.js';

/** Why an answer was not taken. */
export type Refusal = { problem: 'code' } | { problem: 'length' } | { problem: 'weak'; reason: string };

export function invitationPage(
  { speech, base }: Visit,
  token: string,
  { email }: ChangedOperator,
  { sealed, secret, uri }: OfferedAuthenticator,
  refused?: Refusal,
): Content {
  const { min, max } = PASSWORD_LENGTH;
  const body = markup`${refused ? markup`<p role="alert">${complaint(speech, refused)}</p>` : ''}
<form method="post" action="${base}/console/invitation" class="narrow">
<input type="hidden" name="token" value="${token}">
<input type="hidden" name="sealed" value="${sealed}">
<label>${speech.say('console.email')}
<input type="email" name="email" value="${email}" autocomplete="username" readonly></label>
<label>${speech.say('reset.field', { min, max })}
<input type="password" name="password" autocomplete="new-password" minlength="${min}" maxlength="${max}" required></label>
<p>${speech.say('step.set_up')}</p>
<img class="qr" src="${qrCodeUrl(uri)}" alt="">
<p><code>${secret}</code></p>
<label>${speech.say('console.code')}
<input name="code" inputmode="numeric" autocomplete="one-time-code" required></label>
<button>${speech.say('step.next')}</button>
</form>`;
  return { status: refused ? 400 : 200, title: speech.say('console.invited'), body };
}

/** The link was used, is too old, or is none: nobody is told which. */
export function deadPage({ speech }: Visit): Content {
  const body = markup`<p>${speech.say('reset.dead.text')}</p>`;
  return { status: 410, title: speech.say('reset.dead'), body };
}

/** What makes a password weak is known in English alone. */
function complaint(speech: Speech, refused: Refusal): string {
  if (refused.problem === 'code') return speech.say('console.wrong_code');
  if (refused.problem !== 'weak') return speech.say('reset.length', PASSWORD_LENGTH);
  return speech.language === 'en' ? refused.reason : speech.say('reset.weak');
}
