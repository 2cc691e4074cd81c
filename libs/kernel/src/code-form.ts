/** What backup codes are made of: without the pairs that are mistaken for one another when they are read from paper. */
export const BACKUP_CODE_ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** How long they are, in whichever protocol they were made. */
const BACKUP_CODE_LENGTHS = [6, 8] as const;
export type BackupCodeLength = (typeof BACKUP_CODE_LENGTHS)[number];

const SIX_DIGITS = /^\d{6}$/;
const BACKUP_CODE = new RegExp(`^(?=.*[a-z])(${BACKUP_CODE_LENGTHS.map(ofLength).join('|')})$`);

function ofLength(length: number): string {
  return `[${BACKUP_CODE_ALPHABET}]{${length}}`;
}

// These read the form of `normaliseCode`. A text that no code of a kind looks like can be no right answer: it is refused as a wrong one,
// and is no guess.

/** A code that is sent, or that an authenticator shows. */
export const isSixDigits = (code: string): boolean => SIX_DIGITS.test(code);

export const isBackupCode = (code: string): boolean => BACKUP_CODE.test(code);

/** A code of a second factor, of any kind. */
export const isFactorCode = (code: string): boolean => isSixDigits(code) || isBackupCode(code);
