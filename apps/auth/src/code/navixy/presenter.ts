import type { NavixySignInResponse } from './code.dto.js';
import type { NavixyHolder } from './holder.question.js';
import type { NavixyUserInfoResponse } from './session.dto.js';
import type { SignedIn } from './sign-in.service.js';

export function presentSignIn({ awaits, token }: SignedIn): NavixySignInResponse {
  return awaits
    ? { success: true, type: 'second_factor_required', factor_type: awaits, hash: token }
    : { success: true, type: 'authenticated', hash: token };
}

/** Fields without a value are left out, never null. */
export function presentUserInfo(holder: NavixyHolder): NavixyUserInfoResponse {
  const login = holder.email ?? holder.username ?? holder.phone ?? '';
  const user_info = {
    id: holder.id,
    login,
    ...(holder.phone && { phone: holder.phone }),
    locale: holder.language,
    creation_date: new Date(holder.created_at).toISOString().slice(0, 19).replace('T', ' '),
    verified: holder.activated_at !== null,
  };
  return { success: true, user_info };
}
