import type { Profile, SentProfile } from '@app/accounts';
import { browserInWords } from '@app/delivery';
import { ENGLISH } from '@app/pages';
import type { OwnSession } from '@app/sessions';
import { SIGNED_IN_SCOPES } from '@app/tokens';
import { yatFactorNames } from '../../protocols/yat/yat-second-factor.js';
import { presentTokens } from '../../protocols/yat/yat-token.presenter.js';
import type { Registered } from './registration.service.js';
import type { YatCurrentUserResponse, YatRegisterResponse, YatSession } from './yat-account.dto.js';

const ROLE = 'User';

/** What the service has no notion of is its empty value. */
export function presentAccount(profile: Profile | SentProfile): YatCurrentUserResponse {
  const { second_factor: factor } = profile;
  return {
    user: {
      id: profile.uuid,
      email: profile.email,
      alternate_id: profile.username,
      first_name: profile.first_name ?? '',
      last_name: profile.last_name ?? '',
      created_at: new Date(profile.created_at).toISOString(),
      updated_at: new Date(profile.updated_at).toISOString(),
      role: ROLE,
      is_active: profile.activated_at !== null,
      free_limit: 0,
      remaining_free_emoji: 0,
      two_factor_auth: factor === 'none' ? null : yatFactorNames[factor],
    },
    role: ROLE,
    scopes: [...SIGNED_IN_SCOPES],
    global_scopes: [],
    organization_roles: {},
    organization_scopes: {},
    pubkeys: [],
  };
}

export function presentRegistered({ profile, tokens }: Registered): YatRegisterResponse {
  return { ...presentAccount(profile), ...(tokens && presentTokens(tokens)) };
}

export function presentSession(session: OwnSession, current: string): YatSession {
  const { id, client_address: ip_address, user_agent, protocol } = session;
  return {
    id,
    created_at: session.signed_in_at.toISOString(),
    expires_at: session.expires_at.toISOString(),
    ip_address,
    user_agent,
    device: browserInWords(user_agent, ENGLISH),
    protocol,
    current: id === current,
  };
}
