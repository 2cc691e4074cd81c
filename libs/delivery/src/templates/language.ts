/** The languages every template speaks: a sentence that is missing in one of them does not compile. */
export type Language = 'en' | 'de';

const languages: readonly string[] = ['en', 'de'] satisfies Language[];

/** The language of a tag (`de-AT` is `de`), English when it is none of ours. */
export function languageOf(tag: string): Language {
  const language = tag.toLowerCase().split(/[-_]/, 1)[0] ?? '';
  return languages.includes(language) ? (language as Language) : 'en';
}
