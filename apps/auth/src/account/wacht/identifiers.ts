import { identifyAs } from '@app/kernel';
import type { AccountChange } from '../yat/account.service.js';
import type { WachtProfileRequest } from './me.dto.js';

/** A user name in the one form in which it is stored. */
export function toChange({ username, first_name, last_name }: WachtProfileRequest): AccountChange {
  return {
    ...(username !== undefined && { username: identifyAs('username', username).value }),
    firstName: first_name,
    lastName: last_name,
  };
}
