import type { Templates, TemplateSet } from '../templates/read-templates.js';
import { LANGUAGES, primaryOf, type Language } from './language.js';
import { sentences as english } from './languages/en/index.js';
import { loaders } from './sentences.js';
import { ENGLISH, Speech } from './speech.js';

/** All the languages of the service, in the words of the operator where there are such. */
export class Speeches {
  readonly languages: readonly string[];
  private readonly spoken = new Map<string, Promise<Speech>>();

  constructor(private readonly templates?: Templates) {
    this.languages = [...new Set([...LANGUAGES, ...(templates?.everywhere.sentences.keys() ?? [])])];
  }

  /** Whether the service speaks the language of a tag: `de-AT` is `de`. */
  speaks(tag: string): boolean {
    return this.languages.includes(primaryOf(tag));
  }

  /** In the language of a tag, to one of an organisation; in English, where it is none of ours. */
  of(tag: string, organisation?: string | null): Promise<Speech> {
    const language = this.speaks(tag) ? primaryOf(tag) : 'en';
    const own = organisation ? this.templates?.organisations.get(organisation) : undefined;
    const key = `${language} ${own ? organisation : ''}`;
    const speech = this.spoken.get(key) ?? read(language, own ?? this.templates?.everywhere);
    this.spoken.set(key, speech);
    return speech;
  }
}

async function read(language: string, set?: TemplateSet): Promise<Speech> {
  if (language === 'en' && !set) return ENGLISH;
  const ours = Object.hasOwn(loaders, language)
    ? (await loaders[language as Exclude<Language, 'en'>]()).sentences
    : english;
  return new Speech(language, { ...ours, ...set?.sentences.get(language) }, set?.look);
}
