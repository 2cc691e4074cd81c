import addressparser from 'nodemailer/lib/addressparser';
import { isDeliverable } from './address.js';

/** The sender of every mail: MAIL_FROM, taken apart. */
export interface MailFrom {
  name: string;
  address: string;
  domain: string;
}

/** Throws, at boot, a sentence that says what MAIL_FROM should look like. */
export function parseMailFrom(text: string): MailFrom {
  const [entry, ...others] = addressparser(text, { flatten: true });
  if (!entry?.address || others.length || !isDeliverable(entry.address)) {
    throw new Error('MAIL_FROM must be one address, such as: Example <no-reply@example.com>');
  }
  return {
    name: entry.name,
    address: entry.address,
    domain: entry.address.slice(entry.address.lastIndexOf('@') + 1),
  };
}
