import { PRODUCTION, refused } from '../../../test/support/config-problems.js';

const ANDROID = `android:apk-key-hash:${Buffer.alloc(32, 7).toString('base64url')}`;

describe('addresses in the configuration', () => {
  it.each([
    ['CORS_ORIGINS', 'capacitor://localhost, ionic://localhost, tauri://localhost', 'capacitor://'],
    ['CORS_ORIGINS', 'chrome-extension://abcdefghijklmnopabcdefghijklmnop', 'chrome-extension:abc'],
    ['CORS_ORIGINS', 'https://*.example.com, http://*.example.com:8080', 'https://*.com'],
    ['CORS_ORIGINS', 'https://*.example.co.uk', 'https://*.co.uk'],
    ['WEBAUTHN_ORIGINS', 'https://*.example.github.io', 'https://*.github.io'],
    ['WEBAUTHN_ORIGINS', ANDROID, ANDROID.slice(0, -1)],
    ['WEBAUTHN_ORIGINS', `https://a.example, https://*.example.com, ${ANDROID}`, `${ANDROID}A`],
    ['REDIRECT_URLS', 'https://a.example/*', 'https://*.example.com/in'],
    ['REDIRECT_URLS', 'myapp://in, com.example.app:/in, http://localhost:5173/in', 'javascript:alert(1)'],
  ])('%s may be %s and not %s', (variable, good, bad) => {
    expect(refused({ [variable]: good })).toEqual([]);
    expect(refused({ [variable]: bad })).toEqual([variable]);
  });

  it.each([
    ...['*', 'null', 'https://*', 'https://*.', 'https://*.com:444', 'https://*.*.example.com'],
    ...['https://*x.example.com', 'https://a.*.example.com', 'https://a.example/', 'https://A.example'],
    ...[
      'https://a.example:443',
      'a.example',
      'https://u@a.example',
      'tauri://localhost/',
      'tauri://u@localhost',
    ],
    ...['tauri://*.localhost', 'Tauri://localhost', 'data:x', ANDROID, 'file://localhost', 'ws://a.example'],
    ...['javascript://localhost', 'ftp://a.example', 'https://*.example.com/', 'https://*.127.0.0.1'],
  ])('%s is no origin that anybody could have, and stops the start', (entry) => {
    expect(refused({ CORS_ORIGINS: entry })).toEqual(['CORS_ORIGINS']);
    expect(refused({ CORS_ORIGINS: `https://a.example,${entry}` })).toEqual(['CORS_ORIGINS']);
  });

  it.each([
    ...['javascript:alert(1)', 'JavaScript://a.example/%0aalert(1)', 'java\tscript:alert(1)'],
    ...['data:text/html,x', 'vbscript:x', 'blob:https://a.example/x', 'file:///etc/passwd', 'about:blank'],
    ...['view-source:https://a.example', 'wss://a.example/', 'ftp://a.example/', 'https:a.example', '/in'],
  ])('%j is no URL that a link may lead on to', (entry) => {
    expect(refused({ REDIRECT_URLS: `https://a.example/in,${entry}` })).toEqual(['REDIRECT_URLS']);
    expect(refused({ ...PRODUCTION, REDIRECT_URLS: entry })).toEqual(['REDIRECT_URLS']);
  });

  it.each([
    ['REDIRECT_URLS', 'https://app.example.com/done, HTTP://localhost/done'],
    ['CORS_ORIGINS', 'capacitor://localhost, http://localhost'],
    ['CORS_ORIGINS', 'http://*.example.com'],
    ['WEBAUTHN_ORIGINS', 'http://localhost'],
  ])('%s may go over plain http in development, and not in production: %s', (variable, value) => {
    expect(refused({ [variable]: value })).toEqual([]);
    expect(refused({ ...PRODUCTION, [variable]: value })).toEqual([variable]);
  });

  it('may be those of apps in production, and a URL that only names plain http', () => {
    const addresses = {
      CORS_ORIGINS: 'capacitor://localhost, https://*.example.com',
      REDIRECT_URLS: 'myapp://in, https://app.example.com/in?from=http://x',
      WEBAUTHN_ORIGINS: ANDROID,
    };
    expect(refused({ ...PRODUCTION, ...addresses })).toEqual([]);
  });
});
