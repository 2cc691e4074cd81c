import type { Language } from '@app/pages';
import type { Letter } from './letter.js';
import { markup, type Markup } from '@app/pages';
import type { Detail } from './request.js';

/** A letter that tells something and asks for nothing, but perhaps to open a link. Plain text throughout. */
export interface NoticeContent {
  language: Language;
  subject: string;
  opening: string;
  link?: { before: string; url: string };
  closing?: string;
  details: Detail[];
}

const CARD = `max-width: 480px; margin: 16px auto; padding: 24px 20px; border-radius: 8px; background: #ffffff; color: #1b1d21;
font: 16px/24px -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif`;

/** The same notice as text and as HTML that stands without images, scripts or style sheets. */
export function notice(content: NoticeContent): Letter {
  const { language, subject } = content;
  return { language, subject, text: asText(content), html: asHtml(content).toString() };
}

function asText({ opening, link, closing, details }: NoticeContent): string {
  const list = details.map(([label, value]) => `${label}: ${value}`).join('\n');
  const paragraphs = [opening, link?.before, link?.url, closing, list].filter(
    (paragraph) => paragraph !== undefined && paragraph !== '',
  );
  return `${paragraphs.join('\n\n')}\n`;
}

function asHtml({ language, subject, opening, link, closing, details }: NoticeContent): Markup {
  return markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${subject}</title>
</head>
<body style="margin: 0; padding: 8px; background: #f1f3f5">
<div style="${CARD}">
<p style="margin: 0 0 16px">${opening}</p>
${link ? markup`<p style="margin: 0 0 16px">${link.before}<br><a href="${link.url}" style="overflow-wrap: anywhere">${link.url}</a></p>` : ''}
${closing ? markup`<p style="margin: 0 0 16px">${closing}</p>` : ''}
${details.length ? tableOf(details) : ''}</div>
</body>
</html>
`;
}

function tableOf(details: Detail[]): Markup {
  const cell = 'padding: 2px 16px 2px 0; color: #5a606b';
  const rows = details.map(
    ([label, value]) => markup`<tr><td style="${cell}">${label}</td><td>${value}</td></tr>
`,
  );
  return markup`<table role="presentation" cellpadding="0" cellspacing="0" style="font-size: 14px; line-height: 20px">
${rows}</table>
`;
}
