/** The languages every page and message speaks: a sentence that is missing in one of them does not compile. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language of a tag (`de-AT` is `de`), English when it is none of ours. */
export function languageOf(tag: string): Language {
  const wanted = tag.toLowerCase().split(/[-_]/, 1)[0];
  return LANGUAGES.find((language) => language === wanted) ?? 'en';
}
