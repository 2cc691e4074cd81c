/**
 * Whether a text can be stored and hashed as it is. Postgres refuses NUL in a text, and a lone surrogate becomes
 * another character on its way out, so that two different inputs would be taken for one.
 */
export function isPlainText(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

/** Far beyond any name, address or code. */
export const LONGEST_NAME = 1024;

/**
 * NFKC of what people are called by and type. A text that is too long to be anything of that kind stays as it is and is found
 * nowhere: the time that takes grows with the square of a run of combining marks, 64 KiB of which would hold the event loop for 100 ms.
 */
export function inOneForm(text: string): string {
  return text.length > LONGEST_NAME ? text : text.normalize('NFKC');
}

/** An address with its middle left out, for pages and logs: `a…e@example.com`, `+49…42`. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  if (at > 0) {
    const local = address.slice(0, at);
    const last = local.length > 2 ? local.slice(-1) : '';
    return `${local.slice(0, 1)}…${last}${address.slice(at)}`;
  }
  return `${address.slice(0, 3)}…${address.slice(-2)}`;
}

/** The text without this character at its end, however often it stands there. In one pass, which an expression would not be. */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}
