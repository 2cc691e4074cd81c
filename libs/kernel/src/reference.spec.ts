import { randomReference, typedReference } from './reference.js';

describe('a reference', () => {
  it('is eight characters that cannot be mistaken, another each time', () => {
    const made = new Set(Array.from({ length: 1000 }, randomReference));
    expect(made.size).toBe(1000);
    for (const reference of made) expect(reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
  });

  it.each([
    ['K7QZ2M4X', 'K7QZ2M4X'],
    [' k7qz-2m4x ', 'K7QZ2M4X'],
    ['oil0OIL0', '01100110'],
    ['K7QZ2M4', undefined],
    ['K7QZ2M4X9', undefined],
    ['K7QZ2M4U', undefined],
    ['', undefined],
  ])('typed as %j is %j', (typed, read) => expect(typedReference(typed)).toBe(read));
});
