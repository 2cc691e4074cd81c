import { markup, type Language } from '@app/pages';
import type { Words } from './templates.js';

/** What every message ends with, whatever it says. */
export interface Footer {
  /** By which its reader can ask about it; absent in messages of former releases. */
  reference: string | null;
  /** Where whoever did not ask for it says so. Not in texts: see docs/security/this-was-not-me.md. */
  notMeUrl: string | null;
}

interface Wording {
  reference(reference: string): string;
  notMe: string;
  /** In a text, where every character counts. */
  short(reference: string): string;
}

/** For translators: these are the only words that stand in every message. */
const wordings: Record<Language, Wording> = {
  en: {
    reference: (reference) => `Reference of this message, should you ask about it: ${reference}`,
    notMe: 'This wasn’t me:',
    short: (reference) => `Ref. ${reference}`,
  },
  de: {
    reference: (reference) => `Kennzeichen dieser Nachricht, falls Sie danach fragen: ${reference}`,
    notMe: 'Das war ich nicht:',
    short: (reference) => `Kz. ${reference}`,
  },
};

const QUIET =
  'max-width: 480px; margin: 0 auto; padding: 8px 20px 24px; color: #5a606b; font: 13px/20px -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';
const END_OF_PAGE = '</body>';
/** The line by which a browser fills a code in has to be the last one of a text. */
const AUTOFILL = /\n\n@\S+ #\S+$/;

/** The message with what every message ends with. */
export function withFooter(words: Words, { reference, notMeUrl }: Footer, language: Language): Words {
  if (reference === null) return words;
  const say = wordings[language];
  const { mail, sms } = words;
  const lines = [say.reference(reference), ...(notMeUrl ? [`${say.notMe} ${notMeUrl}`] : [])];
  const link = notMeUrl
    ? markup`<br>${say.notMe} <a href="${notMeUrl}" style="color: inherit; overflow-wrap: anywhere">${notMeUrl}</a>`
    : '';
  const html = markup`<p class="quiet" style="${QUIET}">${say.reference(reference)}${link}</p>\n`;
  const [autofill = ''] = AUTOFILL.exec(sms) ?? [];
  const end = mail.html.lastIndexOf(END_OF_PAGE);
  return {
    mail: {
      ...mail,
      text: `${mail.text}\n${lines.join('\n\n')}\n`,
      html: `${mail.html.slice(0, end)}${html.toString()}${mail.html.slice(end)}`,
    },
    sms: `${sms.slice(0, sms.length - autofill.length)} ${say.short(reference)}${autofill}`,
  };
}
