import { LANGUAGES, primaryOf, type Language } from './language.js';
import { loaders } from './sentences.js';
import { ENGLISH, Speech } from './speech.js';

/** All the languages of the service. */
export class Speeches {
  readonly languages: readonly string[] = LANGUAGES;
  private readonly spoken = new Map<string, Promise<Speech>>([['en', Promise.resolve(ENGLISH)]]);

  /** Whether the service speaks the language of a tag: `de-AT` is `de`. */
  speaks(tag: string): boolean {
    return this.languages.includes(primaryOf(tag));
  }

  /** In the language of a tag; in English, where it is none of ours. */
  of(tag: string): Promise<Speech> {
    const language = this.speaks(tag) ? primaryOf(tag) : 'en';
    const speech = this.spoken.get(language) ?? read(language as Exclude<Language, 'en'>);
    this.spoken.set(language, speech);
    return speech;
  }
}

async function read(language: Exclude<Language, 'en'>): Promise<Speech> {
  return new Speech(language, (await loaders[language]()).sentences);
}
