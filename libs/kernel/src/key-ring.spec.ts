import { KeyRing } from './key-ring.js';

const A = `a:${Buffer.alloc(32, 1).toString('base64')}`;
const B = `b:${Buffer.alloc(32, 2).toString('base64')}`;
const ring = (...entries: string[]) => KeyRing.parse(entries.join(','));

describe('KeyRing', () => {
  it('verifies under a new ring what an old one signed, as long as its key is in it', () => {
    const { keyId, hash } = ring(A).mac('attempt', '1', '123456');
    expect(keyId).toBe('a');
    expect(ring(B, A).macs('attempt', '1', '123456')).toContain(hash);
    expect(ring(B).macs('attempt', '1', '123456')).not.toContain(hash);
    expect(ring(B, A).mac('attempt', '1', '123456').keyId).toBe('b');
  });

  it('gives other values for another label, binding, secret or division of the same text', () => {
    const hashes = [
      ring(A).mac('attempt', '12', '3456'),
      ring(A).mac('attempt', '123', '456'),
      ring(A).mac('attempt', '12', '3457'),
      ring(A).mac('link', '12', '3456'),
      ring(A).mac('attempt', '12:3456'),
    ].map((mac) => mac.hash);
    expect(new Set(hashes).size).toBe(5);
  });

  it('opens what it sealed, also after a new key was put in front', () => {
    const sealed = ring(A).seal('totp', '7', 'secret ✓');
    expect(sealed).not.toContain('secret');
    expect(ring(B, A).unseal('totp', '7', sealed)).toBe('secret ✓');
  });

  it('seals the same text differently each time', () => {
    expect(ring(A).seal('totp', '7', 'x')).not.toBe(ring(A).seal('totp', '7', 'x'));
  });

  it('refuses to open under another context, label or key, or what was changed', () => {
    const sealed = ring(A).seal('totp', '7', 'secret');
    const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    expect(() => ring(A).unseal('totp', '8', sealed)).toThrow();
    expect(() => ring(A).unseal('message', '7', sealed)).toThrow();
    expect(() => ring(A).unseal('totp', '7', changed)).toThrow();
    expect(() => ring(B).unseal('totp', '7', sealed)).toThrow('no longer in the ring');
  });

  it.each([
    ['nothing', ''],
    ['no colon', 'abc'],
    ['a short key', 'a:c2hvcnQ='],
    ['an id with a dot', `a.b:${A.slice(2)}`],
    ['the same id twice', `${A},${A}`],
    ['a third part', `${A}:x`],
  ])('refuses %s without repeating it', (_, text) => {
    expect(() => KeyRing.parse(text)).toThrow(/^key \d/);
    try {
      KeyRing.parse(text);
    } catch (error) {
      expect((error as Error).message).not.toContain(A.slice(2));
    }
  });

  it('makes entries that it can read', () => {
    const entry = KeyRing.generateEntry('k1');
    expect(KeyRing.parse(entry).mac('x').keyId).toBe('k1');
    expect(KeyRing.generateEntry('k1')).not.toBe(entry);
  });
});
