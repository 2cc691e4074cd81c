import type { Language } from '@app/pages';

const locales: Record<Language, string> = { en: 'en-GB', de: 'de-DE' };

const UNITS: [unit: string, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** `5 minutes`, `90 seconds`, `2 Stunden`, `7 days`: in the largest unit that leaves no remainder. */
export function lifeInWords(seconds: number, language: Language): string {
  const [unit, length] = UNITS.find(([, each]) => seconds % each === 0) ?? ['second', 1];
  const format = new Intl.NumberFormat(locales[language], { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(seconds / length);
}

/** `15 January 2026 at 12:00 UTC`. UTC, because where the reader is nobody knows. */
export function timeInWords(iso: string, language: Language): string {
  const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat(locales[language], format).format(new Date(iso))} UTC`;
}
