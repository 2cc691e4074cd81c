import { weaknessOf } from './password-strength.js';

describe('weaknessOf', () => {
  it.each(['password', '12345678', 'qwertyuiop', 'iloveyou1', 'P@ssw0rd', 'aaaaaaaaaaaaaaaa', 'letmein123'])(
    'says why %s is too weak',
    (password) => expect(weaknessOf(password, [])).toMatch(/^[A-Z].*\.$/),
  );

  it.each(['correct horse battery', 'tR7#kq9!Lm2w', 'gelbe Kanne im Schnee'])('lets %s pass', (password) =>
    expect(weaknessOf(password, [])).toBeUndefined(),
  );

  it('knows that people are guessed by their own names first', () => {
    expect(weaknessOf('zwickelbauer', [])).toBeUndefined();
    expect(weaknessOf('zwickelbauer', ['zwickelbauer@example.com'])).toBeDefined();
  });

  it('judges the longest password there may be in a fraction of a second', () => {
    const started = performance.now();
    weaknessOf('aB1!'.repeat(32), []);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
