import { Injectable } from '@nestjs/common';
import { challengeOf, OfferedTotp, type CredentialKind, type CredentialOffer } from '@app/accounts';
import { Config } from '@app/config';
import type { DfnsKeyInfo, DfnsNewCredential, DfnsNewCredentials } from './dfns-credentials.dto.js';
import type {
  DfnsCompletedResponse,
  DfnsRecoveryChallengeResponse,
  DfnsRegistrationChallengeResponse,
} from './dfns-recovery.dto.js';
import type { OfferedKeys } from './new-keys.service.js';
import type { OpenChallenge } from './open-challenge.js';
import type { Completed } from './completed.js';

/** COSE: ES256, EdDSA, RS256. */
export const ALGORITHMS = [-7, -8, -257];
export const PUBLIC_KEY = 'public-key';

/** What the services say, as clients of the protocol read it. */
@Injectable()
export class DfnsPresenter {
  /** The relying party, which is named by its domain. */
  readonly rp: { id: string; name: string };

  constructor({ webauthn }: Config) {
    this.rp = { id: webauthn.rpId, name: webauthn.rpId };
  }

  registration({ token, holder }: OpenChallenge): DfnsRegistrationChallengeResponse {
    const free = holder.second_factor === 'none';
    return {
      user: { id: holder.uuid, displayName: holder.name, name: holder.name },
      temporaryAuthenticationToken: token,
      challenge: challengeOf(token),
      rp: this.rp,
      supportedCredentialKinds: { firstFactor: ['Fido2', 'Key'], secondFactor: free ? ['Totp'] : [] },
      authenticatorSelection: {
        residentKey: 'preferred',
        requireResidentKey: false,
        userVerification: 'required',
      },
      attestation: 'none',
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: PUBLIC_KEY, alg })),
      excludeCredentials: holder.keys
        .filter(({ kind }) => kind === 'Fido2')
        .map(({ credential_id }) => ({ type: PUBLIC_KEY, id: credential_id })),
      otpUrl: free ? new OfferedTotp(token).uri(holder.name, this.rp.name) : '',
    };
  }

  /** `credentialId`: of the recovery key that the owner means to use. */
  recovery(challenge: OpenChallenge, credentialId: string): DfnsRecoveryChallengeResponse {
    const allowed = challenge.holder.keys.filter(
      ({ kind, credential_id }) => kind === 'RecoveryKey' && credential_id === credentialId,
    );
    return {
      ...this.registration(challenge),
      allowedRecoveryCredentials: allowed.map(({ credential_id, encrypted_private_key }) => ({
        id: credential_id,
        encryptedRecoveryKey: encrypted_private_key ?? '',
      })),
    };
  }

  completed({ credential, userId, username, orgId, activeFrom }: Completed): DfnsCompletedResponse {
    return {
      credential: { ...credential, ...(activeFrom && { activeFrom: activeFrom.toISOString() }) },
      user: { id: userId, username, orgId },
    };
  }
}

/** What a client says of a key, in any call that takes one. */
type OfferedCredential = DfnsNewCredential & { credentialKind: CredentialKind; credentialInfo: DfnsKeyInfo };

/** The offered keys as the service takes them. */
export function offeredKeys({
  firstFactorCredential,
  secondFactorCredential,
  recoveryCredential,
}: DfnsNewCredentials): OfferedKeys {
  return {
    firstFactor: offer(firstFactorCredential),
    otpCode: secondFactorCredential?.credentialInfo.otpCode,
    recovery: recoveryCredential && offer(recoveryCredential),
  };
}

/** A key as the services take it. */
export function offer(credential: OfferedCredential): CredentialOffer {
  const { credentialKind: kind, credentialName: name, credentialInfo, encryptedPrivateKey } = credential;
  const { credId, clientData, attestationData } = credentialInfo;
  return { kind, name, credId, clientData, attestationData, encryptedPrivateKey };
}
