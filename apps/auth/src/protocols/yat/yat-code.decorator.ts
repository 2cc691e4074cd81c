import { applyDecorators } from '@nestjs/common';
import { isBackupCode, isFactorCode } from '@app/kernel';
import { ValidateBy } from 'class-validator';
import { TypedCode } from '../typed-code.decorator.js';

/** A backup code: what can be none is refused as a parameter, and is no guess. */
export const YatBackupCode = () =>
  typed('yatBackupCode', isBackupCode, '$property must be six or eight letters and digits');

/** A code of a second factor, the same. */
export const YatFactorCode = () =>
  typed('yatFactorCode', isFactorCode, '$property must be six digits or a backup code');

function typed(name: string, isCode: (code: string) => boolean, message: string): PropertyDecorator {
  const validate = (value: unknown) => typeof value === 'string' && isCode(value);
  return applyDecorators(
    ValidateBy({ name, validator: { validate, defaultMessage: () => message } }),
    TypedCode(),
  );
}
