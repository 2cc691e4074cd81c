import { markup, type Markup, type Speech } from '@app/pages';
import type { Detail } from './request.js';
import type { Site } from './site.js';
import { tableOf } from './table.js';

/** What a message says by mail, without what every mail has around it. */
export interface Letter {
  subject: string;
  /** What a list of mails shows of it. Never holds a secret. */
  preheader: string;
  text: string;
  body: Markup;
}

/** What a letter says, in the order in which it says it. Plain text throughout. */
export interface LetterContent {
  /** Never holds a secret: lock screens show it. */
  subject: string;
  /** Stands before the code, long enough for a preview of the mail to end within it. */
  opening: string;
  /** Stands before the code; `then` says what the code is for beside it. */
  link?: { label: string; url: string; then: string };
  /** ASCII. On a line of its own, so that no transfer encoding can break it in two. */
  code: string;
  closing: string[];
  details: Detail[];
  /** What to do if it was somebody else. */
  stranger: string;
  /** Where they can do it. */
  strangerUrl?: string;
}

/** The same letter as text and as HTML that stands without images, links, scripts or style sheets. */
export function letter(speech: Speech, site: Site, content: LetterContent): Letter {
  const preheader = speech.say('mail.preheader', { site: site.name });
  return { subject: content.subject, preheader, text: asText(content), body: asHtml(speech, content) };
}

function asText({ opening, link, code, closing, details, stranger, strangerUrl }: LetterContent): string {
  const list = details.map(([label, value]) => `${label}: ${value}`).join('\n');
  const paragraphs = [opening, link?.url, link?.then, code, ...closing, list, stranger, strangerUrl];
  return `${paragraphs.filter((paragraph) => paragraph !== undefined).join('\n\n')}\n`;
}

function asHtml(speech: Speech, content: LetterContent): Markup {
  const { opening, link, code, closing, details, stranger, strangerUrl } = content;
  const { ground, quiet } = speech.look.light;
  const style = `margin: 24px 0; padding: 16px 4px; border-radius: 8px; background: ${ground}; color: #111111;
text-align: center; font: bold 32px/40px Menlo, Consolas, monospace; letter-spacing: 4px`;
  return markup`<p style="margin: 0">${opening}</p>
${link ? button(speech, link) : ''}
<p class="code" dir="ltr" style="${style}">
${code}
</p>
${closing.map((sentence) => markup`<p style="margin: 0 0 16px">${sentence}</p>\n`)}
${tableOf(speech, details)}
<p class="quiet" style="margin: 0; color: ${quiet}; font-size: 14px; line-height: 20px">${stranger}${strangerUrl ? markup` <a href="${strangerUrl}" dir="ltr" style="color: inherit; overflow-wrap: anywhere">${strangerUrl}</a>` : ''}</p>`;
}

function button({ look }: Speech, { label, url, then }: NonNullable<LetterContent['link']>) {
  const { accent, onAccent } = look.light;
  const style = `display: inline-block; padding: 12px 24px; border-radius: 8px; background: ${accent}; color: ${onAccent};
font-weight: bold; text-decoration: none`;
  return markup`<p style="margin: 24px 0; text-align: center"><a href="${url}" style="${style}">${label}</a></p>
<p style="margin: 0">${then}</p>`;
}
