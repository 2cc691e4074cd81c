import type { Language } from '@app/pages';

// The order matters: most of them also claim to be the ones below.
const BROWSERS: [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|OPT|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac(intosh| OS X)\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

const phrases: Record<Language, { on: string; unknown: string }> = {
  en: { on: 'on', unknown: 'unknown' },
  de: { on: 'unter', unknown: 'unbekannt' },
};

/**
 * `Firefox on Windows`. Only words from these tables ever reach a mail: a user agent is whatever the caller sends,
 * and a mail that repeated it would carry an attacker's sentence and link under our name.
 */
export function browserInWords(userAgent: string, language: Language): string {
  const find = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(userAgent))?.[1];
  const { on, unknown } = phrases[language];
  return [find(BROWSERS), find(SYSTEMS)].filter(Boolean).join(` ${on} `) || unknown;
}
