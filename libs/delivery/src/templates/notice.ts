import { markup, type Markup, type Speech } from '@app/pages';
import type { Letter } from './letter.js';
import type { Detail } from './request.js';
import { tableOf } from './table.js';

/** A letter that tells something and asks for nothing, but perhaps to open a link. Plain text throughout. */
export interface NoticeContent {
  subject: string;
  opening: string;
  link?: { before: string; url: string };
  closing?: string;
  details: Detail[];
}

/** The same notice as text and as HTML that stands without images, scripts or style sheets. */
export function notice(speech: Speech, content: NoticeContent): Letter {
  const { subject, opening } = content;
  return { subject, preheader: opening, text: asText(content), body: asHtml(speech, content) };
}

function asText({ opening, link, closing, details }: NoticeContent): string {
  const list = details.map(([label, value]) => `${label}: ${value}`).join('\n');
  const paragraphs = [opening, link?.before, link?.url, closing, list].filter(
    (paragraph) => paragraph !== undefined && paragraph !== '',
  );
  return `${paragraphs.join('\n\n')}\n`;
}

function asHtml(speech: Speech, { opening, link, closing, details }: NoticeContent): Markup {
  const { accent } = speech.look.light;
  const anchor = `color: ${accent}; overflow-wrap: anywhere`;
  return markup`<p style="margin: 0 0 16px">${opening}</p>
${link ? markup`<p style="margin: 0 0 16px">${link.before}<br><a class="link" href="${link.url}" dir="ltr" style="${anchor}">${link.url}</a></p>` : ''}
${closing ? markup`<p style="margin: 0 0 16px">${closing}</p>` : ''}
${details.length ? tableOf(speech, details) : ''}`;
}
