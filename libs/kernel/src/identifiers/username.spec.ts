import { readUsername } from './username.js';

describe('readUsername', () => {
  it.each([
    [' Ada.L ', 'ada.l'],
    ['Ａｄａ', 'ada'],
    ['عايدة', 'عايدة'],
    ['ada+lovelace', 'ada+lovelace'],
    ['015112345678', '015112345678'],
    ['12345678901234', '12345678901234'],
    ['12345678901234567890', '12345678901234567890'],
    ['7c6a2f1e8a1f4f0b9c1d2f1a3b4c5d6e', '7c6a2f1e8a1f4f0b9c1d2f1a3b4c5d6e'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['𝒙'.repeat(64), 'x'.repeat(64)],
    ['👍'.repeat(64), '👍'.repeat(64)],
    ['ﬄ'.repeat(21), 'ffl'.repeat(21)],
  ])('of %j is %j', (text, value) => expect(readUsername(text)).toEqual({ value }));

  it.each([
    ['like_an_address', ['boss@example.com', 'boss＠example.com', 'boss﹫example.com', '@', 'a@b@c']],
    ['like_a_phone', ['+4915112345678', '＋49', '﹢49', '⁺49', '﬩49', '➕49', '(+49) 151 12345678', '+']],
    ['length', ['', '  ', '\ufeff', 'x'.repeat(65), '👍'.repeat(65), 'ﬄ'.repeat(22), '\ufdfb'.repeat(20)]],
    [
      'invisible',
      ['a b', 'a\u00a0b', 'a\tb', 'a\u200bb', 'a\u00adb', 'a\u3164b', 'a\0b', 'a\ud800', 'a¨b', 'ﷺ'],
    ],
    [
      'like_an_id',
      [
        ...['123456789012345', '1234567890123456789', '１２３４５６７８９０１２３４５', '٢٥٠٠٢٩٤٤٢٧٩٦٠٩٣٤٤١'],
        ...['7c6a2f1e-8a1f-4f0b-9c1d-2f1a3b4c5d6e', '7C6A2F1E-8A1F-4F0B-9C1D-2F1A3B4C5D6E'],
        ...['７c6a2f1e－8a1f－4f0b－9c1d－2f1a3b4c5d6e', '7с6а2f1е–8а1f–4f0b–9c1d–2f1а3b4с5d6е'],
      ],
    ],
  ])('finds what is %s', (fault, texts) => {
    expect(texts.filter((text) => readUsername(text).fault !== fault)).toEqual([]);
  });
});
