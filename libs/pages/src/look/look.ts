import { markup, type Markup } from '../markup.js';
import { MAIL_LAYOUT, PAGE_LAYOUT } from './layouts.js';
import { styleOf, type Style } from './style.js';
import { COLOURS, type Theme } from './theme.js';

export interface Logo {
  /** `image/png` or `image/svg+xml`. */
  type: string;
  content: Buffer;
}

/** What pages and mails look like. */
export interface Look extends Theme {
  style: Style;
  page: string;
  mail: string;
  logo?: Logo;
  /** What an operator adds to the style sheet of pages. */
  css: string;
}

export function lookOf({
  theme = COLOURS,
  page = PAGE_LAYOUT,
  mail = MAIL_LAYOUT,
  logo,
  css = '',
}: { theme?: Theme; page?: string; mail?: string; logo?: Logo; css?: string } = {}): Look {
  return { ...theme, style: styleOf(theme, css), page, mail, css, ...(logo && { logo }) };
}

/** Where an image of a mail is found among its parts. */
export const LOGO_CID = 'logo';

/** The logo, for a page from within it; for a mail from one of its parts. */
export function logoOf({ logo }: Look, place: 'page' | 'mail'): Markup {
  if (!logo) return markup``;
  const source =
    place === 'mail' ? `cid:${LOGO_CID}` : `data:${logo.type};base64,${logo.content.toString('base64')}`;
  return markup`<img class="logo" src="${source}" alt="">
`;
}
