import { isFaithful, isSameEmail, storedEmail } from './email.js';

/** Labels of 60 octets and a top level. */
const domainOf = (octets: number) =>
  `${Array.from({ length: octets - 4 }, (_, at) => (at % 61 === 60 ? '.' : 'd')).join('')}.com`;
const PUNY = 'liv@xn--bcher-kva.example';

describe('storedEmail', () => {
  it.each([
    ['Liv@Bücher.Example', PUNY],
    ['liv@BÜCHER。example', PUNY],
    ['liv@xn--BCHER-kva.example', PUNY],
    ['liv@bu\u0308cher.example', PUNY],
    ['liv@faß.de', 'liv@xn--fa-hia.de'],
    ['ﬁona@example.com', 'fiona@example.com'],
    ['liv@ｅxample.com', 'liv@example.com'],
    ['liv@exam\u00adple.com', 'liv@example.com'],
    ['a+b.c@example.com', 'a+b.c@example.com'],
    ["o'brien!#$%&*/=?^_`{|}~-@example.com", "o'brien!#$%&*/=?^_`{|}~-@example.com"],
    ['δοκιμή@παράδειγμα.δοκιμή', 'δοκιμή@xn--hxajbheg2az3al.xn--jxalpdlp'],
    ['liv@a-b.co.uk', 'liv@a-b.co.uk'],
  ])('of %j is %j, and that of itself', (text, stored) => {
    expect(storedEmail(text)).toBe(stored);
    expect(storedEmail(stored)).toBe(stored);
  });

  it.each([
    ...[
      '',
      'liv',
      '@example.com',
      'liv@',
      'liv@example',
      'liv@.com',
      'liv@example.com.',
      'liv@exa..mple.com',
    ],
    ...['a@b@example.com', 'a＠b@example.com', 'a,b@example.com', 'a，b@example.com', 'liv@exa,mple.com'],
    ...[
      '"a b"@example.com',
      '"ab"@example.com',
      'a b@example.com',
      'a\u00a0b@example.com',
      'a\tb@example.com',
    ],
    ...['a\u200bb@example.com', 'a\0b@example.com', 'a\ud800b@example.com', 'liv@exa\u2028mple.com'],
    ...['a;b@example.com', 'a:b@example.com', '<liv@example.com>', 'a(b)@example.com', 'a[b@example.com'],
    ...['.liv@example.com', 'liv.@example.com', 'l..iv@example.com', 'ﷺ@example.com'],
    ...['liv@127.1', 'liv@[127.0.0.1]', 'liv@1.2.3.4', 'liv@example.c1', 'liv@example.c'],
    ...[
      'liv@ex%61mple.com',
      'liv@example.com:80',
      'liv@example.com/x',
      'liv@exa?mple.com',
      'liv@exa\\mple.com',
    ],
    ...['liv@-example.com', 'liv@example-.com', 'liv@exa_mple.com', 'liv@xn--a.com', 'liv@\u0301a.com'],
  ])('refuses %j', (text) => expect(storedEmail(text)).toBeUndefined());

  it.each([
    ['64 octets before the @', `${'a'.repeat(64)}@example.com`, true],
    ['65 octets before the @', `${'a'.repeat(65)}@example.com`, false],
    ['64 octets of 32 characters', `${'ü'.repeat(32)}@example.com`, true],
    ['66 octets of 33 characters', `${'ü'.repeat(33)}@example.com`, false],
    ['254 octets', `${'a'.repeat(60)}@${domainOf(193)}`, true],
    ['255 octets', `${'a'.repeat(61)}@${domainOf(193)}`, false],
    ['a label of 63', `liv@${'d'.repeat(63)}.com`, true],
    ['a label of 64', `liv@${'d'.repeat(64)}.com`, false],
    ['254 characters that become more', `liv@${'ü'.repeat(20)}.${domainOf(229)}`, false],
  ])('takes %s', (_what, text, taken) => {
    expect(storedEmail(text) !== undefined).toBe(taken);
  });

  it('counts in the form that is stored', () => {
    const email = `${'a'.repeat(60)}@${domainOf(193)}`;
    expect(Buffer.byteLength(email)).toBe(254);
    expect(storedEmail(`  ${email.toUpperCase()}  `)).toBe(email);
    // One character that becomes eighteen.
    expect(storedEmail(`${'\ufdfa'.repeat(2)}@example.com`)).toBeUndefined();
  });
});

describe('two spellings', () => {
  it.each([
    ['Liv@bücher.example', PUNY, true],
    [PUNY, 'liv@bücher.example', true],
    [' liv@example.com', 'liv@example.com', true],
    ['liv@buecher.example', PUNY, false],
    ['x', null, false],
    ['a@b@c', 'a@b@c', true],
  ])('%j and %j are one mailbox: %p', (one, other, same) => expect(isSameEmail(one, other)).toBe(same));

  it.each([
    [PUNY, true],
    ['Liv@BÜCHER.example', true],
    ['liv@bu\u0308cher.example', false],
    ['ｌiv@bücher.example', false],
    ['liv@bücher.example ', false],
  ])('%j is vouched for as it is stored: %p', (text, faithful) =>
    expect(isFaithful(text, PUNY)).toBe(faithful),
  );
});
