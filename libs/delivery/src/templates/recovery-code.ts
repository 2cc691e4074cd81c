import { codeTemplate, type SignInCodeFacts } from './sign-in-code.js';

/** A code of 16 digits in four groups, `dddd-dddd-dddd-dddd`. */
export type RecoveryCodeFacts = SignInCodeFacts;

export const recoveryCode = codeTemplate('recovery_code', 'code.validity');
export const registrationCode = codeTemplate('registration_code', 'code.validity');
export const loginCode = codeTemplate('login_code', 'code.validity');
