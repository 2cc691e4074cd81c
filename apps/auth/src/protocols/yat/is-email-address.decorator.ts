import { isPlainText } from '@app/kernel';
import { isEmail, ValidateBy } from 'class-validator';

/** An e-mail address of plain text: the library's own check throws at a lone surrogate. */
export function IsEmailAddress(): PropertyDecorator {
  return ValidateBy({
    name: 'isEmailAddress',
    validator: {
      validate: (value) => typeof value === 'string' && isPlainText(value) && isEmail(value),
      defaultMessage: () => 'must be an e-mail address',
    },
  });
}
