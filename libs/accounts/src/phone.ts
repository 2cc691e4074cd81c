import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** A phone number that can exist, in E.164; undefined for anything else. It has to begin with `+` and its country. */
export function phoneNumber(text: string): string | undefined {
  const number = text.trim().startsWith('+') ? parsePhoneNumberFromString(text.trim()) : undefined;
  return number?.isValid() && !number.ext ? number.number : undefined;
}
