import type { WantedContact } from '@app/accounts';
import { AuthError, identifyAs, phoneNumber } from '@app/kernel';
import type { AccountChange } from '../yat/account.service.js';
import type { WachtAddPhoneRequest, WachtProfileRequest } from './me.dto.js';

/** A user name in the one form in which it is stored. */
export function toChange({ username, first_name, last_name }: WachtProfileRequest): AccountChange {
  return {
    ...(username !== undefined && { username: identifyAs('username', username).value }),
    firstName: first_name,
    lastName: last_name,
  };
}

/** A phone in the one form in which it is stored; its country may stand beside it, as `49`, `+49` or `DE`. */
export function toPhone({ phone_number, country_code = '' }: WachtAddPhoneRequest): WantedContact {
  const country = country_code.trim().toUpperCase();
  const prefix = /^\+?(\d{1,3})$/.exec(country)?.[1];
  const whole = phone_number.trim().startsWith('+') || !prefix ? phone_number : `+${prefix}${phone_number}`;
  const address = phoneNumber(whole, 'valid', country);
  if (address) return { channel: 'sms', address };
  const error = 'phone_number must be a phone number, with + and the country or with country_code';
  throw new AuthError('invalid_parameters', { parameters: [{ parameter: 'phone_number', error }] });
}
