import { BACKUP_CODE_ALPHABET, isBackupCode, isSixDigits } from './code-form.js';

describe('the form of a code', () => {
  it.each(['000000', '123456'])('%s is six digits', (code) => {
    expect([isSixDigits(code), isBackupCode(code)]).toEqual([true, false]);
  });

  it.each(['abcdef', '23456a', 'k7mq3x9p', '2345678z'])('%s is a backup code', (code) => {
    expect([isSixDigits(code), isBackupCode(code)]).toEqual([false, true]);
  });

  it.each([
    ['nothing', ''],
    ['five digits', '12345'],
    ['seven digits', '1234567'],
    ['eight digits: a backup code has a letter', '23456789'],
    ['five characters', 'abcde'],
    ['seven characters', 'abcdefg'],
    ['nine characters', 'abcdefghj'],
    ['a character that no backup code has', 'abcdeo'],
    ['capital letters, which no normalised code has', 'ABCDEF'],
    ['the name of a call', 'sendsms'],
    ['a line break after six digits', '123456\n'],
    ['a template', '{code}'],
  ])('%s is none', (_name, text) => {
    expect([isSixDigits(text), isBackupCode(text)]).toEqual([false, false]);
  });

  it('has no pair of characters that is mistaken for one another', () => {
    for (const each of 'ilo01') expect(BACKUP_CODE_ALPHABET).not.toContain(each);
  });
});
