import { isPlainText } from '@app/kernel';
import { ValidateBy, type ValidationOptions } from 'class-validator';

/** A text without NUL and lone surrogates: what can be stored and hashed as it is. */
export function IsPlainText(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isPlainText',
      validator: {
        validate: (value) => typeof value === 'string' && isPlainText(value),
        defaultMessage: () => '$property must be well-formed text without NUL',
      },
    },
    options,
  );
}
