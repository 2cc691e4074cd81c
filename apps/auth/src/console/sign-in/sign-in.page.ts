import { markup } from '@app/pages';
import type { Content } from '../shell/console-shell.presenter.js';
import type { Visit } from '../shell/visit.js';

/** All of it at once: no page says which of the three was wrong. */
export function signInPage({ speech, base }: Visit, email = '', wrong = false): Content {
  const body = markup`${wrong ? markup`<p role="alert">${speech.say('console.wrong')}</p>` : ''}
<form method="post" action="${base}/console/sign-in" class="narrow">
<label>${speech.say('console.email')}
<input type="email" name="email" value="${email}" autocomplete="username" required></label>
<label>${speech.say('console.password')}
<input type="password" name="password" autocomplete="current-password" required></label>
<label>${speech.say('console.code')}
<input name="code" inputmode="numeric" autocomplete="one-time-code" required></label>
<button>${speech.say('step.sign_in')}</button>
</form>`;
  return { status: wrong ? 401 : 200, title: speech.say('console.sign_in'), body };
}
