import { Injectable } from '@nestjs/common';
import type { OwnPasskey } from '@app/accounts';
import { Config } from '@app/config';
import { ALGORITHMS } from '../../recovery/dfns.presenter.js';
import { instant } from '../../session/session.presenter.js';
import type { OpenChallenge } from '../../recovery/open-challenge.js';
import type { WachtPasskey } from './passkeys.dto.js';

const type = 'public-key';

/** What a page of a client hands to `navigator.credentials.create` (WebAuthn Level 3, §5.4), ids and challenge in base64url. */
@Injectable()
export class PasskeysPresenter {
  constructor(private readonly config: Config) {}

  registration({ token, holder }: OpenChallenge): { options: { publicKey: object } } {
    const { webauthn, attempts } = this.config;
    const { rpId } = webauthn;
    const { uuid, name, keys } = holder;
    const publicKey = {
      challenge: token,
      timeout: attempts.registration_proof.lifeSeconds * 1000,
      rp: { id: rpId, name: rpId },
      user: { id: Buffer.from(uuid).toString('base64url'), name, displayName: name },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type, alg })),
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
      excludeCredentials: keys
        .filter(({ kind }) => kind === 'Fido2')
        .map(({ credential_id: id }) => ({ type, id })),
    };
    return { options: { publicKey } };
  }
}

export function presentPasskey({ id, name, created_at }: OwnPasskey): WachtPasskey {
  return { id, name, created_at: instant(created_at) };
}
