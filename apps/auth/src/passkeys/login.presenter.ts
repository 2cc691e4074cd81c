import { challengeOf } from '@app/accounts';
import { PUBLIC_KEY, type DfnsPresenter } from '../recovery/dfns.presenter.js';
import type { DfnsLoginChallengeResponse } from './dfns-login.dto.js';
import type { LoginChallenge } from '@app/sign-in';

const FIRST_FACTORS = [
  { kind: 'Fido2', factor: 'first', requiresSecondFactor: false },
  { kind: 'Key', factor: 'first', requiresSecondFactor: false },
];

/** For somebody who is logged in: the second factor was shown then. */
export function presentAction(
  challenge: LoginChallenge,
  rp: DfnsPresenter['rp'],
): DfnsLoginChallengeResponse {
  return { ...presentLogin(challenge, rp), supportedCredentialKinds: FIRST_FACTORS };
}

/** The same for everybody: whether an account asks for a second factor is said to nobody who has not signed. */
export function presentLogin(
  { token, keys }: LoginChallenge,
  rp: DfnsPresenter['rp'],
): DfnsLoginChallengeResponse {
  const allowed = (kind: string) =>
    keys
      .filter((key) => key.kind === kind)
      .map(({ credential_id }) => ({ type: PUBLIC_KEY, id: credential_id }));
  return {
    challenge: challengeOf(token),
    challengeIdentifier: token,
    supportedCredentialKinds: [
      ...FIRST_FACTORS,
      { kind: 'Totp', factor: 'second', requiresSecondFactor: false },
    ],
    allowCredentials: { webauthn: allowed('Fido2'), key: allowed('Key') },
    rp,
    userVerification: 'required',
    attestation: 'none',
    externalAuthenticationUrl: '',
  };
}
