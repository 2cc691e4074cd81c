import type { consolePages } from './languages/en/console.js';
import type { mails } from './languages/en/mails.js';
import type { notices } from './languages/en/notices.js';
import type { pages } from './languages/en/pages.js';

/** The sentences of a language, with the keys that English has: one that is missing, or one too many, does not compile. */
export type Mails = Record<keyof typeof mails, string>;
export type Notices = Record<keyof typeof notices, string>;
export type Pages = Record<keyof typeof pages, string>;
export type ConsolePages = Record<keyof typeof consolePages, string>;

export type English = typeof mails & typeof notices & typeof pages & typeof consolePages;
export type SentenceKey = keyof English;
export type Catalogue = Readonly<Record<SentenceKey, string>>;

/** What is filled in to a sentence: `{site}` and `{life}` of "… {site} … {life}". */
export type Variables<Sentence> = Sentence extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Variables<Rest>
  : never;

/** What the caller of a sentence has to give, by what is filled in to it in English; nothing, where that is nothing. */
export type Values<Key extends SentenceKey> = [Variables<English[Key]>] extends [never]
  ? []
  : [values: Readonly<Record<Variables<English[Key]>, string | number>>];
