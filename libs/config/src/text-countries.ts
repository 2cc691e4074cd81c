import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** +1 is of 25 countries, some of them dear, which only the three digits after it tell apart. */
const NORTH_AMERICA = '1';
const PREFIX = /^\+[1-9]\d{0,6}$/;
const countries: readonly string[] = getCountries();

export function isTextCountry(entry: string): boolean {
  return PREFIX.test(entry) || countries.includes(entry.toUpperCase());
}

/** How the numbers of the country begin. Other countries that share a calling code stand and fall together. */
export function prefixesOf(entry: string): string[] {
  if (PREFIX.test(entry)) return [entry];
  const country = entry.toUpperCase();
  const callingCode = getCountryCallingCode(country as Parameters<typeof getCountryCallingCode>[0]);
  return callingCode === NORTH_AMERICA ? northAmerican(country) : [`+${callingCode}`];
}

function northAmerican(country: string): string[] {
  return Array.from({ length: 800 }, (_, index) => `+1${index + 200}`).filter(
    (prefix) => parsePhoneNumberFromString(`${prefix}2345678`)?.country === country,
  );
}
