import { FieldFault, fields } from '@app/administration';
import { InvalidArgumentError } from 'commander';

// Each reads what stands on the command line into the one form in which it is stored, or says what it has to be.

/** Help for an argument that names an account. */
export const ACCOUNT = 'its id, UUID, e-mail address, user name or phone number';

export const email = argument(fields.email);
export const username = argument(fields.username);
export const phone = argument(fields.phone);
export const language = argument(fields.language);
export const reference = argument(fields.reference);
export const secondFactor = argument(fields.secondFactor);

/** A number, or `none` for no phone at all. */
export function phoneOrNone(text: string): string {
  return text === 'none' ? text : phone(text);
}

function argument<Value>(read: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return read(text);
    } catch (error) {
      throw error instanceof FieldFault ? new InvalidArgumentError(`${error.message}.`) : error;
    }
  };
}
