import { Origins } from './origins.js';

describe('a list of origins', () => {
  const origins = new Origins(['https://app.example.com', 'https://*.example.org:8443', 'tauri://localhost']);

  it.each([
    'https://app.example.com',
    'https://pr-17.example.org:8443',
    'https://x.example.org:8443',
    `https://${'x'.repeat(63)}.example.org:8443`,
    'https://xn--bcher-kva.example.org:8443',
    'tauri://localhost',
  ])('has %s', (origin) => {
    expect(origins.has(origin)).toBe(true);
  });

  it.each([
    ['another scheme', 'http://app.example.com'],
    ['another port', 'https://app.example.com:444'],
    ['what it is the end of', 'https://x.app.example.com'],
    ['what it is the beginning of', 'https://app.example.com.evil.example'],
    ['no label', 'https://example.org:8443'],
    ['an empty label', 'https://.example.org:8443'],
    ['two labels', 'https://a.b.example.org:8443'],
    ['a label too long', `https://${'x'.repeat(64)}.example.org:8443`],
    ['a label that begins with a dash', 'https://-x.example.org:8443'],
    ['the star itself', 'https://*.example.org:8443'],
    ['the wildcard’s domain behind another', 'https://x.evil-example.org:8443'],
    ['another character for a dot', 'https://x.exampleXorg:8443'],
    ['another port of the wildcard', 'https://x.example.org'],
    ['a line break behind it', 'https://x.example.org:8443\n'],
    ['userinfo', 'https://x@evil.example.org:8443'],
    ['null', 'null'],
    ['nothing', ''],
    ['another app', 'tauri://localhost2'],
  ])('has not %s', (_name, origin) => {
    expect(origins.has(origin)).toBe(false);
  });

  it('has nothing where it is empty', () => {
    expect(new Origins([]).has('')).toBe(false);
  });
});
