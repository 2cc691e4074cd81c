import { plusSeconds, secondsUntil } from './clock.js';
import { randomDigits, randomHex, randomToken } from './secrets.js';
import { inOneForm, isPlainText, maskAddress } from './text.js';

describe('secrets', () => {
  it('draws every digit, leading zeros included', () => {
    const digits = randomDigits(6);
    expect(digits).toMatch(/^\d{6}$/);
    const seen = new Set(Array.from({ length: 200 }, () => randomDigits(1)));
    expect(seen.size).toBe(10);
  });

  it('has the bits it says', () => {
    expect(randomHex(128)).toMatch(/^[0-9a-f]{32}$/);
    expect(Buffer.from(randomToken(256), 'base64url')).toHaveLength(32);
  });
});

describe('times', () => {
  it('round the waiting time up and never to nothing', () => {
    const now = new Date('2026-01-01T00:00:00.000Z');
    expect(secondsUntil(new Date(now.getTime() + 1), now)).toBe(1);
    expect(secondsUntil(now, now)).toBe(1);
    expect(secondsUntil(plusSeconds(now, 60), now)).toBe(60);
    expect(secondsUntil(new Date(now.getTime() + 60_001), now)).toBe(61);
  });
});

describe('texts', () => {
  it.each([
    ['plain ✓ 👍', true],
    ['a\0b', false],
    ['\ud800', false],
    ['\udc00x', false],
  ])('%p can be stored as it is: %p', (text, plain) => expect(isPlainText(text)).toBe(plain));

  it('a text has one form as long as it can be a name or a code, and stays as it is beyond', () => {
    expect(inOneForm('\uff41'.repeat(1024))).toBe('a'.repeat(1024));
    expect(inOneForm('\uff41'.repeat(1025))).toBe('\uff41'.repeat(1025));
  });

  it.each([
    ['alice@example.com', 'a…e@example.com'],
    ['al@example.com', 'a…@example.com'],
    ['+4915112345678', '+49…78'],
  ])('%s is shown as %s', (address, masked) => expect(maskAddress(address)).toBe(masked));
});
