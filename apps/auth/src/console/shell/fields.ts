import { isPlainText } from '@app/kernel';

/** The body of a form, as it came. */
export type Fields = Record<string, unknown> | undefined;

/** Longer than anything that the console asks for. */
const LONGEST = 1024;

/** What stands in a field; empty where there is none, or something that no text of a person is. */
export function fieldOf(fields: Fields, name: string): string {
  const given = fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof given === 'string' && given.length <= LONGEST && isPlainText(given) ? given : '';
}
