import type { CredentialKind } from '@app/accounts';
import type { DfnsPresenter } from '../recovery/dfns.presenter.js';
import type { OpenChallenge } from '../recovery/open-challenge.js';
import type { DfnsCredentialChallengeResponse } from './dfns-new-credential.dto.js';

/** A challenge for one more key, of this kind. */
export function presentCredentialChallenge(
  opened: OpenChallenge,
  kind: CredentialKind,
  presenter: DfnsPresenter,
): DfnsCredentialChallengeResponse {
  const { user, challenge, rp, attestation, pubKeyCredParams, ...rest } = presenter.registration(opened);
  const { authenticatorSelection, excludeCredentials, temporaryAuthenticationToken } = rest;
  return {
    kind,
    user,
    challengeIdentifier: opened.token,
    challenge,
    rp,
    attestation,
    pubKeyCredParams,
    ...(kind === 'Fido2' && { authenticatorSelection, excludeCredentials }),
    temporaryAuthenticationToken,
  };
}
