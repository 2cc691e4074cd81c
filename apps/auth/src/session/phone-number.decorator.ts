import { phoneNumber } from '@app/accounts';
import { ValidateBy } from 'class-validator';

/** A phone number that can exist, with its country. */
export function IsPhoneNumber(): PropertyDecorator {
  return ValidateBy({
    name: 'isPhoneNumber',
    validator: {
      validate: (value) =>
        typeof value === 'string' && value.length <= 40 && phoneNumber(value) !== undefined,
      defaultMessage: (field) =>
        `${field?.property ?? 'phone'} must be a phone number with + and the country`,
    },
  });
}
