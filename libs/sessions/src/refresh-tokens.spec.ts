import { digest, KeyRing } from '@app/kernel';
import { RefreshTokens } from './refresh-tokens.js';

const [older, newer] = [KeyRing.generateEntry('k1'), KeyRing.generateEntry('k2')];
const tokens = (...entries: string[]) => new RefreshTokens(KeyRing.parse(entries.join(',')));

describe('refresh tokens', () => {
  it('are different for every session, and named by their family alone', () => {
    const [one, other] = [tokens(older).first(), tokens(older).first()];
    expect(one.token).not.toBe(other.token);
    const [family] = one.token.split('.') as [string];
    expect(one.familyHash).toBe(digest(family));
    expect(one.hash).toBe(digest(one.token));
  });

  it('have one successor, the same each time it is asked for, in the same family', () => {
    const { token, familyHash } = tokens(older).first();
    const [once, again] = [tokens(older).read(token), tokens(older).read(token)];
    expect(once).toEqual(again);
    expect(once).toMatchObject({
      familyHash,
      hash: digest(token),
      successors: [{ token: expect.any(String) }],
    });
    const successor = once?.successors[0]?.token as string;
    expect(successor).not.toBe(token);
    expect(tokens(older).read(successor)?.familyHash).toBe(familyHash);
  });

  it('still know the successor that was handed out before a key was rotated in', () => {
    const { token } = tokens(older).first();
    const [before] = tokens(older).read(token)?.successors ?? [];
    const after = tokens(newer, older).read(token)?.successors ?? [];
    expect(after).toHaveLength(2);
    expect(after[1]).toEqual(before);
    expect(after[0]).not.toEqual(before);
  });

  it('cannot be computed without the key', () => {
    const { token } = tokens(older).first();
    expect(tokens(newer).read(token)?.successors).not.toEqual(tokens(older).read(token)?.successors);
  });

  it.each([
    '',
    'x',
    'a.b',
    `${'A'.repeat(22)}.${'A'.repeat(42)}`,
    `${'A'.repeat(22)}.${'A'.repeat(43)}\n`,
    'x'.repeat(100_000),
  ])('are told from other texts by their form', (text) => {
    expect(tokens(older).read(text)).toBeUndefined();
  });
});
