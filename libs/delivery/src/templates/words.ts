import type { Language } from '@app/pages';

const locales: Record<Language, string> = { en: 'en-GB', de: 'de-DE' };

/** `5 minutes`, `90 seconds`, `2 Stunden`: in the largest unit that leaves no remainder. */
export function lifeInWords(seconds: number, language: Language): string {
  const [count, unit] =
    seconds % 3600 === 0
      ? [seconds / 3600, 'hour']
      : seconds % 60 === 0
        ? [seconds / 60, 'minute']
        : [seconds, 'second'];
  return new Intl.NumberFormat(locales[language], { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

/** `15 January 2026 at 12:00 UTC`. UTC, because where the reader is nobody knows. */
export function timeInWords(iso: string, language: Language): string {
  const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat(locales[language], format).format(new Date(iso))} UTC`;
}
