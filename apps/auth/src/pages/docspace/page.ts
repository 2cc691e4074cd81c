import type { Site } from '@app/delivery';
import { layout, markup, qrCodeUrl, type Markup, type PageDocument, type Speech } from '@app/pages';
import type { StepView } from '../../code/docspace/steps/step-view.service.js';

/** Whose tongue the page speaks and what it signs in to. */
export interface PageFrame {
  site: Site;
  speech: Speech;
}

export type Complaint = 'wrong' | 'wait' | 'wrong_phone';

/** One question: the number, or the code. The form goes where the page came from, whose address holds the key. */
export function stepPage({ site, speech }: PageFrame, step: StepView, complaint?: Complaint): PageDocument {
  const field = step.needsPhone
    ? markup`<label>${speech.say('step.phone_field')} <input name="phone" type="tel" dir="ltr" autocomplete="tel" required autofocus></label>`
    : markup`<label>${speech.say('step.code_field')} <input name="code" dir="ltr" autocomplete="one-time-code" maxlength="64" required autofocus></label>`;
  const body = markup`${complaint ? markup`<p role="alert">${speech.say(`step.${complaint}`)}</p>` : ''}
<p>${speech.say(`step.${questionOf(step)}`)}</p>
${step.authenticator ? setUp(step.authenticator) : ''}
<form method="post">
${field}
<button>${speech.say('step.next')}</button>
</form>`;
  return layout(speech, speech.say('step.title', { site: site.name }), body);
}

/** The button of a mailed key: who opens mails to look for malware presses none. */
export function keyPage({ site, speech }: PageFrame, email: string): PageDocument {
  const body = markup`<p>${speech.say('step.mailed_key', { who: email })}</p>
<form method="post">
<button>${speech.say('step.sign_in')}</button>
</form>`;
  return layout(speech, speech.say('step.title', { site: site.name }), body);
}

export function endPage({ speech }: PageFrame, end: 'done' | 'gone' | 'refused'): PageDocument {
  return layout(speech, speech.say(`step.${end}`), markup`<p>${speech.say(`step.${end}.text`)}</p>`);
}

function questionOf({ factor, needsPhone, authenticator }: StepView) {
  if (needsPhone) return 'phone';
  if (authenticator) return 'set_up';
  return factor === 'totp' ? 'shown' : factor === 'email' ? 'mailed' : 'texted';
}

function setUp({ secret, uri }: { secret: string; uri: string }): Markup {
  return markup`<p><img src="${qrCodeUrl(uri)}" alt="" width="220" height="220"></p>
<p><code dir="ltr">${secret}</code></p>`;
}
