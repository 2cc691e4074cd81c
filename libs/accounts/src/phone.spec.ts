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
