/** The languages that every page and message speaks. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'pl', 'ja', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Where dates and durations are not written as the language alone says. Digits are those of codes and addresses. */
const LOCALES: Record<string, string> = { en: 'en-GB', de: 'de-DE', pt: 'pt-BR', ar: 'ar-u-nu-latn' };
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur', 'ps', 'sd', 'ckb', 'yi', 'dv']);

/** The first part of a language tag: `de` of `de-AT`. */
export function primaryOf(tag: string): string {
  return tag.toLowerCase().split(/[-_]/, 1)[0] as string;
}

export const localeOf = (language: string): string => LOCALES[language] ?? language;

export const directionOf = (language: string): 'ltr' | 'rtl' => (RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr');
