import type { Catalogue } from './catalogue.js';
import type { Language } from './language.js';

type Loader = () => Promise<{ sentences: Catalogue }>;

/** Each is read when it is spoken for the first time: most services never speak most of them. English is there from the start. */
export const loaders: Record<Exclude<Language, 'en'>, Loader> = {
  de: () => import('./languages/de/index.js'),
  fr: () => import('./languages/fr/index.js'),
  es: () => import('./languages/es/index.js'),
  pt: () => import('./languages/pt/index.js'),
  it: () => import('./languages/it/index.js'),
  nl: () => import('./languages/nl/index.js'),
  pl: () => import('./languages/pl/index.js'),
  ja: () => import('./languages/ja/index.js'),
  ar: () => import('./languages/ar/index.js'),
};
