import { mailDocument, markup, type Markup, type Speech } from '@app/pages';
import type { OutgoingMail } from '../senders/sender.js';
import type { Words } from './templates.js';

/** What every message ends with, whatever it says. */
export interface Footer {
  /** By which its reader can ask about it; absent in messages of former releases. */
  reference: string | null;
  /** Where whoever did not ask for it says so. Not in texts: see docs/security/this-was-not-me.md. */
  notMeUrl: string | null;
}

/** A message in both of its forms, as it goes out. */
export interface Written {
  mail: Pick<OutgoingMail, 'language' | 'subject' | 'text' | 'html' | 'logo'>;
  sms: string;
}

/** The line by which a browser fills a code in has to be the last one of a text. */
const AUTOFILL = /\n\n@\S+ #\S+$/;

/** The message with what every message ends with. */
export function written(speech: Speech, { mail, sms }: Words, footer: Footer): Written {
  const { language, look } = speech;
  const logo = look.logo && { type: look.logo.type, content: look.logo.content.toString('base64') };
  const { subject, preheader, body, text } = mail;
  const html = mailDocument(speech, { subject, preheader, body, footer: asHtml(speech, footer) });
  return {
    mail: { language, subject, text: `${text}${asText(speech, footer)}`, html, ...(logo && { logo }) },
    sms: referred(speech, sms, footer),
  };
}

function asText(speech: Speech, { reference, notMeUrl }: Footer): string {
  if (reference === null) return '';
  const lines = [speech.say('footer.reference', { reference })];
  if (notMeUrl) lines.push(`${speech.say('footer.not_me')} ${notMeUrl}`);
  return `\n${lines.join('\n\n')}\n`;
}

function asHtml(speech: Speech, { reference, notMeUrl }: Footer): Markup {
  if (reference === null) return markup``;
  const link = notMeUrl
    ? markup`<br>${speech.say('footer.not_me')} <a href="${notMeUrl}" dir="ltr" style="color: inherit; overflow-wrap: anywhere">${notMeUrl}</a>`
    : '';
  return markup`${speech.say('footer.reference', { reference })}${link}`;
}

function referred(speech: Speech, sms: string, { reference }: Footer): string {
  if (reference === null) return sms;
  const [autofill = ''] = AUTOFILL.exec(sms) ?? [];
  return `${sms.slice(0, sms.length - autofill.length)} ${speech.say('footer.short', { reference })}${autofill}`;
}
