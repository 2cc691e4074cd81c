import { identify, identifyAs } from './identifier.js';

describe('identify', () => {
  it.each([
    [' Ada@Example.COM ', 'email', 'ada@example.com'],
    ['ａｄａ@example.com', 'email', 'ada@example.com'],
    ['ada＠example.com', 'email', 'ada@example.com'],
    ['liv@BÜCHER.example', 'email', 'liv@xn--bcher-kva.example'],
    ['+49@example.com', 'email', '+49@example.com'],
    ['two@at@example.com', 'email', 'two@at@example.com'],
    ['+49 (151) 123-456.78', 'phone', '+4915112345678'],
    ['+49 (0) 151 12345678', 'phone', '+4915112345678'],
    ['(+49) 151 12345678', 'phone', '+4915112345678'],
    ['＋４９ 151 12345678', 'phone', '+4915112345678'],
    ['+٤٩١٥١١٢٣٤٥٦٧٨', 'phone', '+4915112345678'],
    ['+999123456', 'phone', '+999123456'],
    ['Ada.L', 'username', 'ada.l'],
    ['015112345678', 'username', '015112345678'],
    ['+12', 'username', '+12'],
  ])('takes %p for the %s %s', (raw, kind, value) => {
    expect(identify(raw)).toMatchObject({ kind, value });
  });

  it('takes what the field says for it, whatever it looks like', () => {
    expect(identifyAs('username', 'boss＠example.com')).toEqual({
      kind: 'username',
      value: 'boss@example.com',
    });
    expect(identifyAs('email', 'Boss')).toEqual({ kind: 'email', value: 'boss' });
    expect(identifyAs('phone', '+49 (0) 151 12345678')).toEqual({ kind: 'phone', value: '+4915112345678' });
  });

  it('tells the spellings of former releases, what was typed first, and none where there is but one', () => {
    const [ascii, people] = ['liv@xn--bcher-kva.example', 'liv@bücher.example'];
    expect(identify('LIV@bücher.example').spellings).toEqual([people, ascii]);
    expect(identify('liv@bücher｡example').spellings).toEqual(['liv@bücher。example', ascii, people]);
    expect(identify(ascii).spellings).toEqual([ascii, people]);
    expect(identify('liv@example.com')).not.toHaveProperty('spellings');
  });

  it('is done with a text of any length', () => {
    const begun = performance.now();
    expect(identify(`${'ü'.repeat(30_000)}@${'ü.'.repeat(15_000)}`).kind).toBe('email');
    expect(identify('ﷺ'.repeat(30_000)).kind).toBe('username');
    expect(identify(`+${'1'.repeat(60_000)}`).kind).toBe('username');
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
