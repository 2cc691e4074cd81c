import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

const LONGEST_TYPED = 64;

/**
 * The one form of a phone number, E.164, of what begins with `+` and its country; undefined for anything else. `valid`: one that can exist;
 * `possible`: one of the right length, for whoever knows better than our tables which ranges are assigned. `country`: of a number without it,
 * ISO 3166 in capitals.
 */
export function phoneNumber(
  text: string,
  which: 'valid' | 'possible' = 'valid',
  country?: string,
): string | undefined {
  if (text.length > LONGEST_TYPED) return undefined;
  const defaultCountry = country === undefined || !isSupportedCountry(country) ? undefined : country;
  const number = parsePhoneNumberFromString(text.normalize('NFKC').trim(), {
    extract: false,
    defaultCountry,
  });
  if (!number || number.ext) return undefined;
  return (which === 'valid' ? number.isValid() : number.isPossible()) ? number.number : undefined;
}
