import type { SentProfile } from '@app/accounts';
import type { DocspacePerson } from './people.dto.js';

const ACTIVE = 1;

export function presentPerson(profile: SentProfile): DocspacePerson {
  const { uuid, email, username, phone, first_name: first, last_name: last } = profile;
  const userName = username ?? email ?? phone ?? uuid;
  return {
    id: uuid,
    displayName: [first, last].filter(Boolean).join(' ') || userName,
    userName,
    ...(first && { firstName: first }),
    ...(last && { lastName: last }),
    ...(email && { email }),
    ...(phone && { mobilePhone: phone }),
    mobilePhoneActivationStatus: phone ? 1 : 0,
    status: ACTIVE,
    activationStatus: profile.activated_at ? 1 : 0,
    tfaAppEnabled: profile.second_factor === 'totp',
    cultureName: profile.language,
    registrationDate: new Date(profile.created_at).toISOString(),
    isAdmin: false,
    isOwner: false,
    isVisitor: false,
    isLDAP: false,
    isSSO: false,
  };
}
