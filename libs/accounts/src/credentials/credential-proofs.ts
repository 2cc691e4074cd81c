import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { isExpectedClientData, ownOriginOf, spellings } from './client-data.js';
import type { CredentialKind } from './credential.entity.js';
import { attestedKey, isAsserted } from './key-proof.js';

/** A new credential as a client offers it. */
export interface CredentialOffer {
  kind: CredentialKind;
  name?: string;
  credId: string;
  clientData: string;
  attestationData: string;
  encryptedPrivateKey?: string;
}

/** A new credential whose offer was good: a row of `credentials` to be. */
export interface NewCredential {
  kind: CredentialKind;
  credential_id: string;
  name: string;
  public_key: string;
  sign_count: number;
  encrypted_private_key: string | null;
}

/** A signature as a client shows it. */
export interface CredentialAssertion {
  kind: CredentialKind;
  credId: string;
  clientData: string;
  signature: string;
  /** Only of `Fido2`. */
  authenticatorData?: string;
  userHandle?: string;
}

/** A credential as it is stored; the counter as text, because it is a bigint. */
export interface StoredCredential {
  id: string;
  kind: CredentialKind;
  credential_id: string;
  public_key: string;
  sign_count: string;
}

/** Checks what keys have signed. It decides nothing: whether the challenge is still open is the statement's business. */
@Injectable()
export class CredentialProofs {
  constructor(private readonly config: Config) {}

  /** The credential to store, or undefined when the offer does not answer this challenge, here, with its own key. */
  async attest(offer: CredentialOffer, challenge: string): Promise<NewCredential | undefined> {
    const proven =
      offer.kind === 'Fido2' ? await this.attestFido2(offer, challenge) : this.attestKey(offer, challenge);
    return (
      proven && {
        kind: offer.kind,
        credential_id: offer.credId,
        name: offer.name ?? offer.kind,
        encrypted_private_key: offer.encryptedPrivateKey ?? null,
        ...proven,
      }
    );
  }

  /** The counter the signature came with (0 for a key that counts nothing), or undefined when it is not good. */
  async assert(
    shown: CredentialAssertion,
    stored: StoredCredential,
    challenges: string[],
  ): Promise<number | undefined> {
    if (shown.kind !== stored.kind || shown.credId !== stored.credential_id) return undefined;
    if (stored.kind === 'Fido2') return this.assertFido2(shown, stored, challenges);
    const { origins } = this.config.webauthn;
    const expected = isExpectedClientData(shown.clientData, { type: 'key.get', challenges, origins });
    return expected && isAsserted(stored.public_key, shown.clientData, shown.signature) ? 0 : undefined;
  }

  private attestKey({ clientData, attestationData }: CredentialOffer, challenge: string) {
    const { origins } = this.config.webauthn;
    const challenges = spellings(challenge);
    if (!isExpectedClientData(clientData, { type: 'key.create', challenges, origins })) return undefined;
    const public_key = attestedKey(clientData, attestationData);
    return public_key === undefined ? undefined : { public_key, sign_count: 0 };
  }

  private async attestFido2({ credId, clientData, attestationData }: CredentialOffer, challenge: string) {
    const { origins, rpId } = this.config.webauthn;
    const challenges = spellings(challenge);
    const verdict = await verifyRegistrationResponse({
      response: publicKeyResponse(credId, { clientDataJSON: clientData, attestationObject: attestationData }),
      expectedChallenge: (signed) => challenges.includes(signed),
      expectedOrigin: ownOriginOf(clientData, origins),
      expectedRPID: rpId,
      requireUserVerification: true,
    }).catch(() => undefined);
    const credential = verdict?.registrationInfo?.credential;
    if (!verdict?.verified || credential?.id !== credId) return undefined;
    return {
      public_key: Buffer.from(credential.publicKey).toString('base64url'),
      sign_count: credential.counter,
    };
  }

  private async assertFido2(shown: CredentialAssertion, stored: StoredCredential, challenges: string[]) {
    const { origins, rpId } = this.config.webauthn;
    const { credId, clientData: clientDataJSON, signature, authenticatorData = '', userHandle } = shown;
    const verdict = await verifyAuthenticationResponse({
      response: publicKeyResponse(credId, { clientDataJSON, signature, authenticatorData, userHandle }),
      expectedChallenge: (signed) => challenges.includes(signed),
      expectedOrigin: ownOriginOf(clientDataJSON, origins),
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: {
        id: stored.credential_id,
        publicKey: new Uint8Array(Buffer.from(stored.public_key, 'base64url')),
        counter: Number(stored.sign_count),
      },
    }).catch(() => undefined);
    return verdict?.verified ? verdict.authenticationInfo.newCounter : undefined;
  }
}

function publicKeyResponse<T>(id: string, response: T) {
  return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {}, response };
}
