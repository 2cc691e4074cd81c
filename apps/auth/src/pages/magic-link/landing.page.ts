import { requestDetails, type Site } from '@app/delivery';
import { maskAddress } from '@app/kernel';
import { layout, markup, type Language, type Markup } from '@app/pages';
import { landingWords, type LandingWords } from './landing.words.js';
import type { Kinship } from './landing.service.js';
import type { LinkView } from '../../magic-link/link-view.service.js';

/** Whose tongue a page speaks and what it signs in to. */
export interface Frame {
  site: Site;
  language: Language;
  /** The path of PUBLIC_URL, without a slash at its end. */
  base: string;
}

/** Who asked, when and from where, and one button; none where the link may not be confirmed. */
export function confirmPage(frame: Frame, link: LinkView, token: string, browser: Kinship): string {
  const say = landingWords[frame.language];
  const form = markup`<p>${say.onlyIfYou}</p>
<form method="post" action="${frame.base}/magic-link">
<input type="hidden" name="token" value="${token}">
<button>${say.confirm}</button>
</form>`;
  const body = markup`${note(say, browser)}
${facts(frame, link, say)}
${browser === 'another' ? '' : form}
<p class="quiet"><a href="${frame.base}/magic-link/not-me?token=${token}">${say.notMe}</a></p>`;
  return layout(frame.language, say.ask(frame.site.name), body);
}

export function notMePage(frame: Frame, link: LinkView, token: string): string {
  const say = landingWords[frame.language];
  const body = markup`${facts(frame, link, say)}
<p>${say.notMeMeans}</p>
<form method="post" action="${frame.base}/magic-link/not-me">
<input type="hidden" name="token" value="${token}">
<button>${say.notMeConfirm}</button>
</form>`;
  return layout(frame.language, say.notMeAsk, body);
}

/** `tokens`: for an app that shows the page in a web view of its own, as JSON in an attribute; no other site can read it. */
export function signedInPage(frame: Frame, then: 'close' | 'goBack', tokens?: object): string {
  const say = landingWords[frame.language];
  const data =
    tokens && markup`<div id="token-response" data-token-response="${JSON.stringify(tokens)}" hidden></div>`;
  return layout(
    frame.language,
    say.signedIn,
    markup`<p>${say[then]}</p>
${data ?? ''}`,
  );
}

export function plainPage(frame: Frame, title: keyof LandingWords, text: keyof LandingWords): string {
  const say = landingWords[frame.language];
  return layout(frame.language, say[title] as string, markup`<p>${say[text] as string}</p>`);
}

function note(say: LandingWords, browser: Kinship): Markup | string {
  if (browser === 'same') return '';
  return markup`<p class="note">${browser === 'another' ? say.otherDevice : say.otherBrowser}</p>`;
}

function facts({ language }: Frame, link: LinkView, say: LandingWords): Markup {
  const request = {
    requestedAt: link.requested_at.toISOString(),
    clientAddress: link.client_address ?? '',
    userAgent: link.user_agent ?? '',
  };
  const details = [[say.account, maskAddress(link.email)], ...requestDetails(request, language)];
  const rows = details.map(([label = '', value = '']) => markup`<dt>${label}</dt><dd>${value}</dd>\n`);
  return markup`<p>${say.requested}</p>
<dl>
${rows}</dl>`;
}
