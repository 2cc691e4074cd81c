import { faultOf, type Field } from '@app/administration';
import { ValidateBy } from 'class-validator';

/** Far beyond what any field may have, and little enough to be looked at as a whole. */
const LONGEST = 4096;

/** What an operator may give as this field, by the rules that the command line has too. */
export function IsField(field: Field): PropertyDecorator {
  const wrong = (value: unknown): string | undefined => {
    if (typeof value !== 'string') return 'has to be a text';
    return value.length > LONGEST ? 'is too long' : faultOf(field, value);
  };
  return ValidateBy({
    name: 'isField',
    validator: {
      validate: (value) => wrong(value) === undefined,
      defaultMessage: (about) => `$property ${wrong(about?.value)}`,
    },
  });
}
