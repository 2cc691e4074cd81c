import type { OwnAccount } from '@app/accounts';
import { browserInWords } from '@app/delivery';
import { ENGLISH } from '@app/pages';
import type { OwnSession } from '@app/sessions';
import { instant } from '../../session/session.presenter.js';
import type { WachtEmailAddress, WachtOwnSignIn, WachtPhoneNumber, WachtUser } from './me.dto.js';

/** An account has one address and one phone at most: they go by its own id. */
export function presentUser(own: OwnAccount): WachtUser {
  const { id } = own;
  return {
    id,
    first_name: own.first_name ?? '',
    last_name: own.last_name ?? '',
    username: own.username ?? '',
    email: own.email ?? '',
    primary_email_address_id: own.email ? id : '',
    primary_phone_number_id: own.phone ? id : '',
    user_email_addresses: presentEmails(own),
    user_phone_numbers: presentPhones(own),
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

export function presentEmails({ id, email, activated_at }: OwnAccount): WachtEmailAddress[] {
  if (!email) return [];
  const verified = activated_at !== null;
  return [
    { id, email, is_primary: true, verified, ...(activated_at && { verified_at: instant(activated_at) }) },
  ];
}

/** A phone comes to an account by a proof, or by an operator. */
export function presentPhones({ id, phone }: OwnAccount): WachtPhoneNumber[] {
  return phone ? [{ id, phone_number: phone, is_primary: true, verified: true }] : [];
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
