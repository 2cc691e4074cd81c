const LONGEST = 254;
const PART = String.raw`[^\s\p{C}<>()\[\]\\,;:"@]+`;
const ADDRESS = new RegExp(`^${PART}@${PART}$`, 'u');

/**
 * Whether a mail can be addressed to it without its text meaning anything else: one address, no line breaks or other
 * control characters, nothing that a header or the SMTP dialogue could read as a second recipient or a command.
 * Narrower than RFC 5321 on purpose: quoted local parts and address literals are not accepted.
 */
export function isDeliverable(address: string): boolean {
  return address.length <= LONGEST && ADDRESS.test(address);
}
