import { ENGLISH } from '@app/pages';
import { browserInWords } from './browser.js';
import { templateOf } from './templates.js';

describe('browserInWords', () => {
  const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
  it.each([
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}`, 'Chrome on Windows'],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/140.0.0.0`, 'Edge on Windows'],
    [`Mozilla/5.0 (X11; Linux x86_64) ${chrome} OPR/120.0.0.0`, 'Opera on Linux'],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36',
      'Samsung Internet on Android',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile/15E148 Safari/604.1',
      'Chrome on iPad',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0',
      'Firefox on macOS',
    ],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${chrome}`, 'Chrome on ChromeOS'],
    ['okhttp/4.12 (Android 14)', 'Android'],
    ['curl/8.5.0', 'unknown'],
    ['', 'unknown'],
  ])('knows %s', (userAgent, words) => {
    expect(browserInWords(userAgent, ENGLISH)).toBe(words);
  });

  it('takes no time over an endless user agent', () => {
    const started = performance.now();
    browserInWords('Version/'.repeat(20_000), ENGLISH);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('templateOf', () => {
  it.each(['no_such_template', 'constructor', '__proto__'])('knows no template %s', (name) => {
    expect(() => templateOf(name)).toThrow('does not know');
  });
});
