import { storedEmail } from '@app/kernel';
import { ValidateBy } from 'class-validator';

/** What can be stored as an e-mail address (`storedEmail`). */
export function IsEmailAddress(): PropertyDecorator {
  return ValidateBy({
    name: 'isEmailAddress',
    validator: {
      validate: (value) => typeof value === 'string' && storedEmail(value) !== undefined,
      defaultMessage: () => '$property must be an e-mail address',
    },
  });
}
