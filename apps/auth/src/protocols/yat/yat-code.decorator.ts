import { applyDecorators } from '@nestjs/common';
import { isBackupCode, isSixDigits } from '@app/kernel';
import { ValidateBy } from 'class-validator';
import { TypedCode } from '../typed-code.decorator.js';

/** How long backup codes are: eight as this family hands them out, six of docspace. They are the account's, whoever handed them out. */
const LENGTHS = [6, 8];
const isOfFamily = (code: string): boolean => LENGTHS.includes(code.length) && isBackupCode(code);

/** A backup code: what can be none is refused as a parameter, and is no guess. */
export const YatBackupCode = () =>
  typed('yatBackupCode', isOfFamily, '$property must be six or eight letters and digits');

/** A code of a second factor, the same. */
export const YatFactorCode = () =>
  typed(
    'yatFactorCode',
    (code) => isSixDigits(code) || isOfFamily(code),
    '$property must be six digits or a backup code',
  );

function typed(name: string, isCode: (code: string) => boolean, message: string): PropertyDecorator {
  const validate = (value: unknown) => typeof value === 'string' && isCode(value);
  return applyDecorators(
    ValidateBy({ name, validator: { validate, defaultMessage: () => message } }),
    TypedCode(),
  );
}
