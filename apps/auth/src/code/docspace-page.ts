import { markup, type Language, type Markup, type Site } from '@app/delivery';
import { qrCodeUrl } from './docspace-qr.js';
import { pageWords, type PageWords } from './docspace-page.words.js';
import type { StepView } from './docspace-step-view.service.js';

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
  const body = markup`${complaint ? markup`<p role="alert"><strong>${say[complaint]}</strong></p>` : ''}
<p>${explain(say, step)}</p>
${step.authenticator ? setUp(step.authenticator) : ''}
<form method="post">
<p>${field}</p>
<p><button>${say.next}</button></p>
</form>`;
  return page(frame, say.title(frame.site.name), body);
}

export function endPage(frame: PageFrame, end: 'done' | 'gone'): string {
  const say = pageWords[frame.language];
  return page(frame, say[end], markup`<p>${end === 'done' ? say.doneMeans : say.goneMeans}</p>`);
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

function page({ language }: PageFrame, title: string, body: Markup): string {
  return markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 3rem auto; padding: 0 1rem }
input, button { font: inherit; padding: .5rem .75rem; max-width: 100% } label { display: grid; gap: .25rem }</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.toString();
}
