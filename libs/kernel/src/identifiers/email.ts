import { domainToASCII, domainToUnicode } from 'node:url';
import { isPlainText, LONGEST_NAME } from '../text.js';
import { fold } from './fold.js';

const LONGEST = 254;
const LONGEST_LOCAL = 64;
/** An atom of RFC 5321, or of RFC 6531 beyond ASCII. Quoted ones are legal, and no mail server of today takes them. */
const ATOM = /^[^\s\p{C}<>()[\]\\,;:"@.]+$/u;
/** What the rules of URLs would cut off or decode is no domain: ports, paths, percent signs. */
const TYPED_DOMAIN = /^(?:[a-z0-9.-]|[^\s\p{Cc}\p{ASCII}])+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const TOP_LEVEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;

/**
 * The one form in which an address is stored and compared: `fold`ed, the domain in ASCII by the rules of URLs (IDNA), so that one mailbox
 * has one name. Undefined for what is no address, judged in that form: its sizes are RFC 5321's, in octets.
 */
export function storedEmail(text: string): string | undefined {
  if (text.length > LONGEST_NAME || !isPlainText(text)) return undefined;
  const [local = '', typed = '', ...more] = fold(text).split('@');
  if (more.length || !isLocal(local) || !TYPED_DOMAIN.test(typed)) return undefined;
  const domain = domainToASCII(typed);
  const email = `${local}@${domain}`;
  return isDomain(domain) && Buffer.byteLength(email) <= LONGEST ? email : undefined;
}

/**
 * How an account may have the address `email`, the likeliest first: in the form that releases before IDNA would have stored of what was typed,
 * in the form of today, and with the domain as people write it.
 */
export function spellingsOf(text: string, email: string): string[] {
  return [...new Set([fold(text), email, asPeopleWrite(email)])];
}

/** Whether both mean one mailbox, whichever release has stored which. */
export function isSameEmail(one: string, other: string | null): boolean {
  if (other === null) return false;
  return (storedEmail(one) ?? fold(one)) === (storedEmail(other) ?? other);
}

/** Whether normalising has made no other address of it than the domain's ASCII form and lower case do: what somebody has vouched for is the same still. */
export function isFaithful(text: string, email: string): boolean {
  return [email, asPeopleWrite(email)].includes(text.toLowerCase());
}

function asPeopleWrite(email: string): string {
  const at = email.indexOf('@') + 1;
  return email.includes('xn--', at) ? email.slice(0, at) + domainToUnicode(email.slice(at)) : email;
}

function isLocal(local: string): boolean {
  return Buffer.byteLength(local) <= LONGEST_LOCAL && local.split('.').every((atom) => ATOM.test(atom));
}

/** A name with a top-level domain of letters: what URLs read as an IP address is none. */
function isDomain(domain: string): boolean {
  const labels = domain.split('.');
  return (
    labels.length > 1 && labels.every((label) => LABEL.test(label)) && TOP_LEVEL.test(labels.at(-1) ?? '')
  );
}
