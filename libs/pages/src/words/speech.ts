import type { Catalogue, SentenceKey, Values } from './catalogue.js';
import { lookOf, type Look } from '../look/look.js';
import { directionOf, localeOf } from './language.js';
import { sentences } from './languages/en/index.js';

const LOOK = lookOf();
const UNITS: [unit: string, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** One language as it is spoken: its sentences, durations and times. */
export class Speech {
  readonly direction: 'ltr' | 'rtl';
  private readonly locale: string;
  // Made once: a format costs as much as all words of a mail.
  private readonly lives = new Map<string, Intl.NumberFormat>();
  private times?: Intl.DateTimeFormat;

  constructor(
    readonly language: string,
    private readonly sentences: Catalogue,
    /** What its pages and mails look like. */
    readonly look: Look = LOOK,
  ) {
    this.direction = directionOf(language);
    this.locale = localeOf(language);
  }

  /** A sentence, as plain text. What is filled in stands in it as it is, and is never looked into again. */
  say<Key extends SentenceKey>(key: Key, ...[values]: Values<Key>): string {
    return fill(this.sentences[key], values ?? {});
  }

  /** `5 minutes`, `90 seconds`, `2 Stunden`, `7 days`: in the largest unit that leaves no remainder. */
  life(seconds: number): string {
    const [unit, length] = UNITS.find(([, each]) => seconds % each === 0) ?? ['second', 1];
    const known = this.lives.get(unit);
    const format = known ?? new Intl.NumberFormat(this.locale, { style: 'unit', unit, unitDisplay: 'long' });
    if (!known) this.lives.set(unit, format);
    return format.format(seconds / length);
  }

  /** `15 January 2026 at 12:00 UTC`. UTC, because where the reader is nobody knows. */
  time(iso: string): string {
    const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
    this.times ??= new Intl.DateTimeFormat(this.locale, format);
    return `${this.times.format(new Date(iso))} UTC`;
  }
}

/** Where nobody is asked which language they read. */
export const ENGLISH = new Speech('en', sentences);

/** The sentence with its `{…}` filled in. One that nobody gave a value for stays, for all to see. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (variable, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : variable,
  );
}
