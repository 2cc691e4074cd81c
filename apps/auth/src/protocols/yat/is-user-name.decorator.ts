import { LONGEST_USERNAME, readUsername, type UsernameFault } from '@app/kernel';
import { ValidateBy } from 'class-validator';

const WORDS: Record<UsernameFault, string> = {
  like_an_address: 'must not look like an e-mail address: it holds @',
  like_a_phone: 'must not look like a phone number: it begins with +',
  like_an_id: 'must not look like an id',
  length: `must have 1 to ${LONGEST_USERNAME} characters`,
  invisible: 'must have no white space, and no control or invisible characters',
};

/** What can be stored as a user name (`readUsername`). */
export function IsUserName(): PropertyDecorator {
  const faultOf = (value: unknown) => (typeof value === 'string' ? readUsername(value).fault : 'length');
  return ValidateBy({
    name: 'isUserName',
    validator: {
      validate: (value) => faultOf(value) === undefined,
      defaultMessage: (field) => `$property ${WORDS[faultOf(field?.value) ?? 'length']}`,
    },
  });
}
