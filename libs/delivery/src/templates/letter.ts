import type { Language } from '@app/pages';
import { markup } from '@app/pages';
import type { Detail } from './request.js';

export interface Letter {
  language: Language;
  subject: string;
  text: string;
  html: string;
}

/** What a letter says, in the order in which it says it. Plain text throughout. */
export interface LetterContent {
  language: Language;
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

const DARK = markup`@media (prefers-color-scheme: dark) {
.page { background: #16181c !important; }
.card { background: #22252b !important; color: #f2f3f5 !important; }
.code { background: #16181c !important; color: #ffffff !important; }
.quiet { color: #b4b8c0 !important; }
}`;
const FONT = 'font-family: -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';
const CARD = `max-width: 480px; background: #ffffff; color: #1b1d21; border-radius: 8px; ${FONT}`;
const CODE = `margin: 24px 0; padding: 16px 4px; border-radius: 8px; background: #f1f3f5; color: #111111;
text-align: center; font: bold 32px/40px Menlo, Consolas, monospace; letter-spacing: 4px`;
const BUTTON = `display: inline-block; padding: 12px 24px; border-radius: 8px; background: #1b4fd8; color: #ffffff;
font-weight: bold; text-decoration: none`;
const QUIET = 'color: #5a606b; font-size: 14px; line-height: 20px';

/** The same letter as text and as HTML that stands without images, links, scripts or style sheets. */
export function letter(content: LetterContent): Letter {
  const { language, subject } = content;
  return { language, subject, text: asText(content), html: asHtml(content) };
}

function asText({ opening, link, code, closing, details, stranger, strangerUrl }: LetterContent): string {
  const list = details.map(([label, value]) => `${label}: ${value}`).join('\n');
  const paragraphs = [opening, link?.url, link?.then, code, ...closing, list, stranger, strangerUrl];
  return `${paragraphs.filter((paragraph) => paragraph !== undefined).join('\n\n')}\n`;
}

function asHtml(content: LetterContent): string {
  const page = markup`<!doctype html>
<html lang="${content.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>${content.subject}</title>
<style>
${DARK}
</style>
</head>
<body class="page" style="margin: 0; padding: 0; background: #f1f3f5">
<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background: #f1f3f5">
<tr><td align="center" style="padding: 16px 8px">
<table class="card" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="${CARD}">
<tr><td style="padding: 24px 20px; font-size: 16px; line-height: 24px; text-align: left">
${card(content)}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
  return page.toString();
}

function card({ opening, link, code, closing, details, stranger, strangerUrl }: LetterContent) {
  const rows = details.map(
    ([label, value]) => markup`<tr>
<td class="quiet" style="padding: 2px 16px 2px 0; vertical-align: top; white-space: nowrap; ${QUIET}">${label}</td>
<td style="padding: 2px 0; font-size: 14px; line-height: 20px; word-break: break-word">${value}</td>
</tr>
`,
  );
  return markup`<p style="margin: 0">${opening}</p>
${link ? button(link) : ''}
<p class="code" style="${CODE}">
${code}
</p>
${closing.map((sentence) => markup`<p style="margin: 0 0 16px">${sentence}</p>\n`)}
<table role="presentation" cellpadding="0" cellspacing="0" style="margin: 0 0 16px">
${rows}</table>
<p class="quiet" style="margin: 0; ${QUIET}">${stranger}${strangerUrl ? markup` <a href="${strangerUrl}" style="color: inherit">${strangerUrl}</a>` : ''}</p>`;
}

function button({ label, url, then }: NonNullable<LetterContent['link']>) {
  return markup`<p style="margin: 24px 0; text-align: center"><a href="${url}" style="${BUTTON}">${label}</a></p>
<p style="margin: 0">${then}</p>`;
}
