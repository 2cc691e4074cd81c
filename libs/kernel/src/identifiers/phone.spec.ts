import { phoneNumber } from './phone.js';

describe('phoneNumber', () => {
  it.each([
    ['+49 1512 3456789', '+4915123456789'],
    ['+44 20 7946 0958', '+442079460958'],
    [' +1 (202) 555-0143 ', '+12025550143'],
  ])('reads %s as %s', (text, number) => expect(phoneNumber(text)).toBe(number));

  it.each([
    '',
    '0151 23456789',
    '+49',
    '+999123456789',
    '+49 1512 3456789 ext. 5',
    'not a number',
    '+12025550143x1',
  ])('refuses %j', (text) => expect(phoneNumber(text)).toBeUndefined());
});

describe('phoneNumber, wherever it comes from', () => {
  it.each([
    ['＋４９１５１１２３４５６７８', '+4915112345678'],
    ['+٤٩١٥١١٢٣٤٥٦٧٨', '+4915112345678'],
    ['+49 (0) 151 12345678', '+4915112345678'],
  ])('reads %s as %s', (text, number) => expect(phoneNumber(text)).toBe(number));

  it.each(['+4915112345678 call me', 'tel:+4915112345678', `+49${' '.repeat(60)}15112345678`])(
    'refuses %j',
    (text) => expect(phoneNumber(text)).toBeUndefined(),
  );

  it('takes a possible number for whoever knows better than its tables', () => {
    expect([phoneNumber('+11234567890'), phoneNumber('+11234567890', 'possible')]).toEqual([
      undefined,
      '+11234567890',
    ]);
  });
});
