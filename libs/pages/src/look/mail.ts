import { markup, type Markup } from '../markup.js';
import type { Speech } from '../words/speech.js';
import { laidOut } from './layout.js';
import { logoOf } from './look.js';

/** What a mail is made of, but what is alike in all of them. */
export interface MailParts {
  subject: string;
  /** What a list of mails shows after the subject. Never a secret: lock screens show it. */
  preheader: string;
  body: Markup;
  footer: Markup;
}

/** Keeps what comes after the preheader out of the list of mails: as much of nothing as the longest of them shows. */
const NOTHING = '\u034f\u200c\u00a0'.repeat(60);
const HIDDEN = 'display: none; max-height: 0; max-width: 0; overflow: hidden; opacity: 0; mso-hide: all';

/** The HTML of a mail, whole. */
export function mailDocument(speech: Speech, { subject, preheader, body, footer }: MailParts): string {
  const { language, direction, look } = speech;
  const { light, dark } = look;
  return laidOut(look.mail, {
    language,
    direction,
    start: direction === 'rtl' ? 'right' : 'left',
    subject,
    preheader: markup`<div style="${HIDDEN}">${preheader}${NOTHING}</div>`,
    logo: logoOf(look, 'mail'),
    body,
    footer,
    ground: light.ground,
    paper: light.paper,
    ink: light.ink,
    quiet: light.quiet,
    dark_ground: dark.ground,
    dark_paper: dark.paper,
    dark_ink: dark.ink,
    dark_quiet: dark.quiet,
    dark_accent: dark.accent,
  });
}
