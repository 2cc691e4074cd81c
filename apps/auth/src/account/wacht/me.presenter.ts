import type { WaitingContact } from '@app/accounts';
import { browserInWords } from '@app/delivery';
import { ENGLISH } from '@app/pages';
import type { OwnSession } from '@app/sessions';
import { instant } from '../../session/session.presenter.js';
import type { OwnContacts } from './own-contacts.service.js';
import type { WachtEmailAddress, WachtOwnSignIn, WachtPhoneNumber, WachtUser } from './me.dto.js';

/** An account has one address and one phone at most: they go by its own id. One of each may wait for its proof. */
export function presentUser({ own, waiting }: Pick<OwnContacts, 'own' | 'waiting'>): WachtUser {
  const { id } = own;
  return {
    id,
    first_name: own.first_name ?? '',
    last_name: own.last_name ?? '',
    username: own.username ?? '',
    email: own.email ?? '',
    primary_email_address_id: own.email ? id : '',
    primary_phone_number_id: own.phone ? id : '',
    user_email_addresses: presentEmails({ own, waiting }),
    user_phone_numbers: presentPhones({ own, waiting }),
    social_connections: own.providers.map((provider) => ({ id: provider, provider })),
    authenticators: own.authenticator_since ? [{ id, created_at: instant(own.authenticator_since) }] : [],
    second_factor_policy: own.second_factor === 'none' ? 'none' : 'enforced',
    second_factor: own.second_factor,
    backup_codes_generated: own.has_backup_codes,
    has_password: own.has_password,
    has_passkeys: own.has_passkeys,
    created_at: instant(own.created_at),
    updated_at: instant(own.updated_at),
  };
}

type Contacts = Pick<OwnContacts, 'own' | 'waiting'>;

export function presentEmails({ own: { id, email, activated_at }, waiting }: Contacts): WachtEmailAddress[] {
  const verified = activated_at !== null;
  const since = activated_at && { verified_at: instant(activated_at) };
  const own = email ? [{ id, email, is_primary: true, verified, ...since }] : [];
  return [...own, ...waiting.filter(({ channel }) => channel === 'email').map(presentWaitingEmail)];
}

/** A phone comes to an account by a proof, or by an operator. */
export function presentPhones({ own: { id, phone }, waiting }: Contacts): WachtPhoneNumber[] {
  const own = phone ? [{ id, phone_number: phone, is_primary: true, verified: true }] : [];
  return [...own, ...waiting.filter(({ channel }) => channel === 'sms').map(presentWaitingPhone)];
}

export function presentWaitingEmail({ id, address }: WaitingContact): WachtEmailAddress {
  return { id, email: address, is_primary: false, verified: false };
}

export function presentWaitingPhone({ id, address }: WaitingContact): WachtPhoneNumber {
  return { id, phone_number: address, is_primary: false, verified: false };
}

export function presentOwnSignIn(session: OwnSession, current: string): WachtOwnSignIn {
  return {
    id: session.id,
    user_id: session.account_id,
    created_at: instant(session.signed_in_at),
    expires_at: instant(session.expires_at),
    ip_address: session.client_address,
    user_agent: session.user_agent,
    device: browserInWords(session.user_agent, ENGLISH),
    protocol: session.protocol,
    current: session.id === current,
  };
}
