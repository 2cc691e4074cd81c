import { totpStep } from '../totp.js';

/** The ASCII text 12345678901234567890 in base32: the key of both RFCs' examples. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

const CODES = [
  '755224',
  '287082',
  '359152',
  '969429',
  '338314',
  '254676',
  '287922',
  '162583',
  '399871',
  '520489',
];

describe('authenticator codes by the RFCs', () => {
  // RFC 4226, appendix D: counters 0 to 9, which are the first ten steps of 30 s.
  it.each([...CODES.entries()])('counter %i is the code %s (RFC 4226, appendix D)', (counter, code) => {
    expect(totpStep(SECRET, code, new Date(counter * 30_000))).toBe(counter);
  });

  // RFC 6238, appendix B, SHA-1: the last six of its eight digits.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %i s the code is %s (RFC 6238, appendix B)', (seconds, code) => {
    expect(totpStep(SECRET, code, new Date(seconds * 1000))).toBe(Math.floor(seconds / 30));
  });

  it('takes no code of another step than the one, the one before and the one after', () => {
    const at = (step: number) => totpStep(SECRET, '287082', new Date(step * 30_000));
    expect([-1, 0, 1, 2, 3].map((step) => (step < 0 ? undefined : at(step)))).toEqual([
      undefined,
      1,
      1,
      1,
      undefined,
    ]);
  });
});
