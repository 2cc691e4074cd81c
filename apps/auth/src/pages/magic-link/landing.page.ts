import { requestDetails, type Site } from '@app/delivery';
import { maskAddress } from '@app/kernel';
import { layout, markup, type Markup, type PageDocument, type Speech } from '@app/pages';
import type { Kinship } from './landing.service.js';
import type { LinkView } from '../../magic-link/link-view.service.js';

/** Whose tongue a page speaks and what it signs in to. */
export interface Frame {
  site: Site;
  speech: Speech;
  /** The path of PUBLIC_URL, without a slash at its end. */
  base: string;
}

/** Who asked, when and from where, and one button; none where the link may not be confirmed. */
export function confirmPage(frame: Frame, link: LinkView, token: string, browser: Kinship): PageDocument {
  const { speech } = frame;
  const form = markup`<p>${speech.say('landing.only_if_you')}</p>
<form method="post" action="${frame.base}/magic-link">
<input type="hidden" name="token" value="${token}">
<button>${speech.say('landing.confirm')}</button>
</form>`;
  const body = markup`${note(speech, browser)}
${facts(frame, link)}
${browser === 'another' ? '' : form}
<p class="quiet"><a href="${frame.base}/magic-link/not-me?token=${token}">${speech.say('landing.not_me')}</a></p>`;
  return layout(speech, speech.say('landing.ask', { site: frame.site.name }), body);
}

export function notMePage(frame: Frame, link: LinkView, token: string): PageDocument {
  const { speech } = frame;
  const body = markup`${facts(frame, link)}
<p>${speech.say('landing.not_me_means')}</p>
<form method="post" action="${frame.base}/magic-link/not-me">
<input type="hidden" name="token" value="${token}">
<button>${speech.say('landing.not_me_confirm')}</button>
</form>`;
  return layout(speech, speech.say('landing.not_me_ask'), body);
}

/** `tokens`: for an app that shows the page in a web view of its own, as JSON in an attribute; no other site can read it. */
export function signedInPage(frame: Frame, then: 'close' | 'go_back', tokens?: object): PageDocument {
  const { speech } = frame;
  const data =
    tokens && markup`<div id="token-response" data-token-response="${JSON.stringify(tokens)}" hidden></div>`;
  return layout(
    speech,
    speech.say('landing.signed_in'),
    markup`<p>${speech.say(`landing.${then}`)}</p>
${data ?? ''}`,
  );
}

type Plain = 'gone' | 'ask_again' | 'same_mailbox' | 'dismissed' | 'dismissed_means';

export function plainPage({ speech }: Frame, title: Plain, text: Plain): PageDocument {
  return layout(speech, speech.say(`landing.${title}`), markup`<p>${speech.say(`landing.${text}`)}</p>`);
}

function note(speech: Speech, browser: Kinship): Markup | string {
  if (browser === 'same') return '';
  return markup`<p class="note">${speech.say(browser === 'another' ? 'landing.other_device' : 'landing.other_browser')}</p>`;
}

function facts({ speech }: Frame, link: LinkView): Markup {
  const request = {
    requestedAt: link.requested_at.toISOString(),
    clientAddress: link.client_address ?? '',
    userAgent: link.user_agent ?? '',
  };
  const details = [
    [speech.say('landing.account'), maskAddress(link.email)],
    ...requestDetails(request, speech),
  ];
  const rows = details.map(
    ([label = '', value = '']) => markup`<dt>${label}</dt><dd dir="auto">${value}</dd>\n`,
  );
  return markup`<p>${speech.say('landing.requested')}</p>
<dl>
${rows}</dl>`;
}
