import { noise } from './authentication.presenter.js';

describe('a phone number as docspace clients are shown it', () => {
  it.each([
    ['+4915112345678', '+4915*****5678'],
    ['+12025550123', '+1202***0123'],
    ['+123456789', '+1234*6789'],
    ['+12345678', '+12345678'],
    ['+1234567', '1234567'],
  ])('%s is %s', (phone, shown) => {
    expect(noise(phone)).toBe(shown);
  });
});
