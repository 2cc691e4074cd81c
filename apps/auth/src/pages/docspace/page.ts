import type { Site } from '@app/delivery';
import { layout, markup, qrCodeUrl, type Language, type Markup } from '@app/pages';
import { pageWords, type PageWords } from './page.words.js';
import type { StepView } from '../../code/docspace/steps/step-view.service.js';

/** Whose tongue the page speaks and what it signs in to. */
export interface PageFrame {
  site: Site;
  language: Language;
}

export type Complaint = 'wrong' | 'wait' | 'wrongPhone';

/** One question: the number, or the code. The form goes where the page came from, whose address holds the key. */
export function stepPage(frame: PageFrame, step: StepView, complaint?: Complaint): string {
  const say = pageWords[frame.language];
  const field = step.needsPhone
    ? markup`<label>${say.phoneField} <input name="phone" type="tel" autocomplete="tel" required autofocus></label>`
    : markup`<label>${say.codeField} <input name="code" autocomplete="one-time-code" maxlength="64" required autofocus></label>`;
  const body = markup`${complaint ? markup`<p role="alert">${say[complaint]}</p>` : ''}
<p>${explain(say, step)}</p>
${step.authenticator ? setUp(step.authenticator) : ''}
<form method="post">
${field}
<button>${say.next}</button>
</form>`;
  return layout(frame.language, say.title(frame.site.name), body);
}

/** The button of a mailed key: who opens mails to look for malware presses none. */
export function keyPage(frame: PageFrame, email: string): string {
  const say = pageWords[frame.language];
  const body = markup`<p>${say.mailedKey(email)}</p>
<form method="post">
<button>${say.signIn}</button>
</form>`;
  return layout(frame.language, say.title(frame.site.name), body);
}

export function endPage(frame: PageFrame, end: 'done' | 'gone' | 'refused'): string {
  const say = pageWords[frame.language];
  return layout(frame.language, say[end], markup`<p>${say[`${end}Means`]}</p>`);
}

function explain(say: PageWords, { factor, needsPhone, authenticator }: StepView): string {
  if (needsPhone) return say.phone;
  if (authenticator) return say.setUp;
  return factor === 'totp' ? say.shown : factor === 'email' ? say.mailed : say.texted;
}

function setUp({ secret, uri }: { secret: string; uri: string }): Markup {
  return markup`<p><img src="${qrCodeUrl(uri)}" alt="" width="220" height="220"></p>
<p><code>${secret}</code></p>`;
}
