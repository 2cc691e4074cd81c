import { phoneNumber } from '@app/kernel';
import { ValidateBy } from 'class-validator';

/** A phone number that can exist, with its country. */
export function IsPhoneNumber(): PropertyDecorator {
  return ValidateBy({
    name: 'isPhoneNumber',
    validator: {
      validate: (value) => typeof value === 'string' && phoneNumber(value) !== undefined,
      defaultMessage: (field) =>
        `${field?.property ?? 'phone'} must be a phone number with + and the country`,
    },
  });
}
