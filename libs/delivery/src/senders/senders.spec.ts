import { isDeliverable } from './address.js';
import { parseMailFrom } from './mail-from.js';
import { smtpOptions } from './smtp-options.js';

describe('isDeliverable', () => {
  it.each(['a@example.com', "o'neil+tag@sub.example.com", 'jürgen@bücher.example', 'root@localhost'])(
    'accepts %s',
    (address) => {
      expect(isDeliverable(address)).toBe(true);
    },
  );

  it.each([
    'a@example.com\r\nBcc: b@example.com',
    'a@example.com\nb',
    'a@example.com, b@example.com',
    'a@example.com;b@example.com',
    '<a@example.com>',
    'A <a@example.com>',
    '"a b"@example.com',
    'a b@example.com',
    'a@b@example.com',
    'a@example.com\0',
    'a\u2028@example.com',
    'a@[127.0.0.1]',
    '@example.com',
    'a@',
    'group:a@example.com;',
    '',
    `${'a'.repeat(250)}@example.com`,
  ])('refuses %j', (address) => {
    expect(isDeliverable(address)).toBe(false);
  });
});

describe('parseMailFrom', () => {
  it('takes name, address and domain apart', () => {
    expect(parseMailFrom('Example, Inc. <no-reply@example.com>')).toEqual({
      name: 'Example, Inc.',
      address: 'no-reply@example.com',
      domain: 'example.com',
    });
    expect(parseMailFrom('a@example.com').name).toBe('');
  });

  it.each(['nobody', 'a@example.com, b@example.com', ''])('refuses %j', (text) => {
    expect(() => parseMailFrom(text)).toThrow('MAIL_FROM must be one address');
  });
});

describe('smtpOptions', () => {
  const production = (url: string) =>
    smtpOptions({ url, production: true, timeoutMs: 20_000, connections: 7, clientName: 'auth.example.com' });

  it.each([
    'smtp://mail.example.com',
    'smtp://127.0.0.1.evil.example',
    'smtp://mail.example.com?requireTLS=false',
  ])('requires encryption in production for %s', (url) => {
    expect(production(url).requireTLS).toBe(true);
  });

  it.each(['smtp://localhost:1025', 'smtp://127.0.0.1', 'smtp://[::1]'])(
    'lets %s be plain: it does not leave the machine',
    (url) => {
      expect(production(url).requireTLS).toBeUndefined();
    },
  );

  it('takes encryption, port and credentials from the URL', () => {
    expect(production('smtps://us%40er:p%3Aw@mail.example.com:465')).toMatchObject({
      secure: true,
      host: 'mail.example.com',
      port: 465,
      auth: { user: 'us@er', pass: 'p:w' },
    });
  });

  it('lets no option of the URL write the conversation, with its codes, to a log', () => {
    expect(production('smtp://mail.example.com?logger=true&debug=true')).toMatchObject({
      logger: false,
      debug: false,
    });
  });

  it('says our name, unless the URL has another, and opens as many connections as it may', () => {
    expect(production('smtp://mail.example.com')).toMatchObject({
      name: 'auth.example.com',
      maxConnections: 7,
    });
    expect(production('smtp://mail.example.com?name=mx.example.com').name).toBe('mx.example.com');
  });

  it('limits every step of the conversation', () => {
    expect(production('smtp://mail.example.com?socketTimeout=0')).toMatchObject({
      dnsTimeout: 5000,
      connectionTimeout: 5000,
      greetingTimeout: 5000,
      socketTimeout: 20_000,
    });
  });
});
